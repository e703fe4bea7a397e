//===- Bench.cpp - contenders on matrices, side by side -------------------===//
//
// All contenders of a workload take a turn in every round, so that whatever
// else the machine does meets all of them. A turn is one run that does not
// count, then runs for about `turnMs`; its median is one figure.
//
//===----------------------------------------------------------------------===//
#include "codegen/Bench/Bench.h"

#include "codegen/Bench/Results.h"
#include "codegen/Driver/Outputs.h"

#include "llvm/Support/FileSystem.h"
#include "llvm/Support/FormatVariadic.h"
#include "llvm/Support/Path.h"

#include <algorithm>
#include <cmath>

using namespace scratch;
using namespace scratch::bench;

namespace {
/// A folder for operands and results, gone with the object.
class WorkFolder {
public:
  llvm::Error make() {
    llvm::SmallString<128> made;
    if (llvm::sys::fs::createUniqueDirectory("scratch-bench", made))
      return llvm::createStringError("found no way to make a temporary folder, expected one");
    path = made.str().str();
    return llvm::Error::success();
  }
  ~WorkFolder() {
    if (!path.empty())
      llvm::sys::fs::remove_directories(path);
  }
  std::string path;
};

class Run {
public:
  Run(const BenchOptions &options, llvm::ArrayRef<CompiledStrategy> strategies,
      llvm::raw_ostream &err)
      : options(options), strategies(strategies), err(err) {}

  llvm::Expected<Section> section(const Task &task, int threads);

private:
  using Contenders = std::vector<std::unique_ptr<Contender>>;

  llvm::Expected<Contenders> gather(const Task &task, const Workload &work, int threads);
  llvm::Error admit(const Workload &work, Contenders &contenders);
  llvm::Expected<double> turn(Contender &contender);
  llvm::Expected<Row> measure(const Task &task, const std::string &matrix, int threads);
  void progress(const llvm::Twine &text) {
    if (err.is_displayed())
      err << "\r\033[K" << text << "\r";
  }
  void note(const llvm::Twine &text) {
    if (!llvm::is_contained(current.notes, text.str()))
      current.notes.push_back(text.str());
  }

  const BenchOptions &options;
  llvm::ArrayRef<CompiledStrategy> strategies;
  llvm::raw_ostream &err;
  Section current;
};
} // namespace

llvm::Expected<Run::Contenders> Run::gather(const Task &task, const Workload &work, int threads) {
  Contenders all;
  for (const CompiledStrategy &strategy : strategies)
    if (strategy.program)
      all.push_back(makeScratch(strategy, work, threads));
    else
      note(strategy.strategy.text + ": " + strategy.why);
  WorkFolder folder;
  if (llvm::Error error = folder.make())
    return error;
  if (!options.peers.empty())
    for (auto [number, operand] : llvm::enumerate(work.operands))
      if (!writeTensor(folder.path + "/" + std::to_string(number) + ".tensor", operand))
        return llvm::createStringError(folder.path + ": found no room for operands, expected some");
  for (const PeerProgram &peer : options.peers) {
    progress(work.matrix + ": starting " + peer.name);
    std::string why;
    auto variants = startPeer(peer, task, folder.path, work.operands.size(), threads, why);
    if (!variants) {
      note(work.matrix + ": " + llvm::toString(variants.takeError()));
      continue;
    }
    if (!why.empty())
      note(peer.name + ": " + why);
    for (auto &variant : *variants) {
      if (variant->threads < threads)
        variant->name += variant->threads == 1 ? ", serial" : ", fewer threads";
      // Results are saved now, while the folder is there.
      llvm::Expected<double> first = variant->run();
      llvm::Expected<scratch_tensor> result =
          first ? variant->result() : llvm::Expected<scratch_tensor>(first.takeError());
      if (!result) {
        note(work.matrix + ": " + llvm::toString(result.takeError()));
        continue;
      }
      std::string wrong = work.differs(*result);
      if (wrong.empty())
        all.push_back(std::move(variant));
      else
        note(work.matrix + ": " + variant->name + " is left out, its result is wrong: " + wrong);
    }
  }
  return all;
}

/// Every one of ours must be right.
llvm::Error Run::admit(const Workload &work, Contenders &contenders) {
  for (auto &contender : contenders) {
    if (!contender->ours)
      continue;
    llvm::Expected<double> first = contender->run();
    if (!first)
      return llvm::createStringError(work.matrix + ": " + contender->name + ": " +
                                     llvm::toString(first.takeError()));
    llvm::Expected<scratch_tensor> result = contender->result();
    if (!result)
      return result.takeError();
    std::string wrong = work.differs(*result);
    contender->rest();
    if (!wrong.empty())
      return llvm::createStringError(work.matrix + ": " + contender->name +
                                     " differs from the reference: " + wrong);
  }
  return llvm::Error::success();
}

llvm::Expected<double> Run::turn(Contender &contender) {
  llvm::Expected<double> warm = contender.run();
  if (!warm)
    return warm;
  int runs = std::clamp<double>(std::ceil(options.turnMs / *warm), 1, 200);
  std::vector<double> ms;
  for (int run = 0; run < runs; ++run) {
    llvm::Expected<double> now = contender.run();
    if (!now)
      return now;
    ms.push_back(*now);
  }
  contender.rest();
  std::sort(ms.begin(), ms.end());
  return (ms[(ms.size() - 1) / 2] + ms[ms.size() / 2]) / 2;
}

llvm::Expected<Row> Run::measure(const Task &task, const std::string &matrix, int threads) {
  progress(matrix + ": reference");
  llvm::Expected<std::unique_ptr<Workload>> made = makeWorkload(task, matrix);
  if (!made)
    return made.takeError();
  const Workload &work = **made;
  llvm::Expected<Contenders> contenders = gather(task, work, threads);
  if (!contenders)
    return contenders.takeError();
  if (llvm::Error error = admit(work, *contenders))
    return error;
  Row row{matrix,         work.rows,       work.cols,        work.entries, work.products,
          work.resultEntries, work.inputBytes, work.resultBytes, boundOf(task, work, current.rates),
          {}};
  for (auto &contender : *contenders)
    row.figures.push_back({contender->name, contender->chosen, contender->ours, contender->sorted,
                           contender->whole, contender->threads, 0, {}});
  for (int round = 0; round < options.rounds; ++round)
    for (auto [number, contender] : llvm::enumerate(*contenders)) {
      progress(matrix + ": round " + llvm::Twine(round + 1) + " of " + llvm::Twine(options.rounds) +
               ", " + contender->name);
      llvm::Expected<double> ms = turn(*contender);
      if (!ms)
        return llvm::createStringError(matrix + ": " + contender->name + ": " +
                                       llvm::toString(ms.takeError()));
      row.figures[number].rounds.push_back(*ms);
      row.figures[number].peakBytes = contender->peakBytes;
    }
  return row;
}

llvm::Expected<Section> Run::section(const Task &task, int threads) {
  progress("measuring this machine");
  current = Section{task, measureRates(threads), {}, {}};
  for (const std::string &matrix : options.matrices) {
    llvm::Expected<Row> row = measure(task, matrix, threads);
    if (!row)
      return row.takeError();
    current.rows.push_back(std::move(*row));
  }
  progress("");
  return std::move(current);
}

static llvm::Error add(Outputs &outputs, const std::string &path,
                       llvm::function_ref<void(llvm::raw_ostream &)> print) {
  if (path.empty())
    return llvm::Error::success();
  std::string text;
  llvm::raw_string_ostream stream(text);
  print(stream);
  return outputs.add(path, std::move(text));
}

llvm::Error bench::runBench(const BenchOptions &options, llvm::raw_ostream &out,
                            llvm::raw_ostream &err) {
  if (options.listPeers) {
    for (const PeerProgram &peer : options.peers)
      out << peer.name << "\n";
    return llvm::Error::success();
  }
  std::vector<Section> sections;
  for (const Task &task : options.tasks) {
    llvm::Expected<std::vector<CompiledStrategy>> strategies =
        compileStrategies(task, options.strategies);
    if (!strategies)
      return strategies.takeError();
    for (int threads : options.threads) {
      llvm::Expected<Section> section = Run(options, *strategies, err).section(task, threads);
      if (!section)
        return section.takeError();
      printTables(out, *section);
      out.flush();
      sections.push_back(std::move(*section));
    }
  }
  Outputs outputs;
  if (llvm::Error error = add(outputs, options.json,
                              [&](llvm::raw_ostream &file) { writeJson(file, sections); }))
    return error;
  if (llvm::Error error = add(outputs, options.chart,
                              [&](llvm::raw_ostream &file) { writeChart(file, sections); }))
    return error;
  return outputs.commit();
}
