//===- Peer.cpp - other libraries, each a process of its own --------------===//
#include "codegen/Bench/Peer.h"

#include "llvm/ADT/StringExtras.h"
#include "llvm/Support/FileSystem.h"
#include "llvm/Support/Path.h"

#include <csignal>
#include <fcntl.h>
#include <poll.h>
#include <spawn.h>
#include <sys/wait.h>
#include <unistd.h>

using namespace scratch;
using namespace scratch::bench;

/// Seconds without an answer after which a peer counts as stuck.
static constexpr int kPatience = 120;

namespace {
/// The child process and its two pipes.
class Process {
public:
  ~Process() {
    if (to >= 0)
      close(to);
    if (from >= 0)
      close(from);
    if (pid > 0) {
      kill(pid, SIGKILL);
      waitpid(pid, nullptr, 0);
    }
  }

  llvm::Error start(const std::string &path, const std::vector<std::string> &words,
                    const std::vector<std::string> &environment) {
    int in[2], out[2];
    if (pipe2(in, O_CLOEXEC) || pipe2(out, O_CLOEXEC))
      return llvm::createStringError(path + ": found no pipe, expected two");
    std::vector<char *> argv{const_cast<char *>(path.c_str())}, envp;
    for (const std::string &word : words)
      argv.push_back(const_cast<char *>(word.c_str()));
    argv.push_back(nullptr);
    for (char **variable = environ; *variable; ++variable)
      if (!llvm::StringRef(*variable).starts_with("OMP_"))
        envp.push_back(*variable);
    for (const std::string &variable : environment)
      envp.push_back(const_cast<char *>(variable.c_str()));
    envp.push_back(nullptr);
    posix_spawn_file_actions_t actions;
    posix_spawn_file_actions_init(&actions);
    posix_spawn_file_actions_adddup2(&actions, in[0], 0);
    posix_spawn_file_actions_adddup2(&actions, out[1], 1);
    int failed = posix_spawn(&pid, path.c_str(), &actions, nullptr, argv.data(), envp.data());
    posix_spawn_file_actions_destroy(&actions);
    close(in[0]);
    close(out[1]);
    to = in[1];
    from = out[0];
    if (!failed)
      return llvm::Error::success();
    pid = -1;
    return llvm::createStringError(path + ": found no way to start it, expected a program");
  }

  bool say(llvm::StringRef line) {
    std::string text = line.str() + "\n";
    return write(to, text.data(), text.size()) == ssize_t(text.size());
  }

  /// One line, or an error when it is gone or stuck.
  llvm::Expected<std::string> hear() {
    while (true) {
      size_t end = heard.find('\n');
      if (end != std::string::npos) {
        std::string line = heard.substr(0, end);
        heard.erase(0, end + 1);
        return line;
      }
      pollfd ready{from, POLLIN, 0};
      if (poll(&ready, 1, kPatience * 1000) <= 0)
        return llvm::createStringError("found no answer within " + llvm::Twine(kPatience) + " s");
      char buffer[4096];
      ssize_t got = read(from, buffer, sizeof buffer);
      if (got <= 0)
        return llvm::createStringError("found its end, expected an answer");
      heard.append(buffer, got);
    }
  }

private:
  pid_t pid = -1;
  int to = -1, from = -1;
  std::string heard;
};

/// One variant of a peer; variants share the process.
class PeerContender final : public Contender {
public:
  PeerContender(std::shared_ptr<Process> process, std::string peer, size_t variant,
                std::string folder)
      : process(std::move(process)), peer(std::move(peer)), variant(variant),
        file(folder + "/result.tensor") {}

  llvm::Expected<double> run() override {
    llvm::Expected<std::string> answer = ask("run " + llvm::Twine(variant));
    if (!answer)
      return answer.takeError();
    double ms;
    llvm::StringRef line = *answer;
    if (!line.consume_front("ms ") || line.getAsDouble(ms) || !(ms > 0))
      return llvm::createStringError(peer + ": found '" + *answer + "', expected a time");
    return ms;
  }

  llvm::Expected<scratch_tensor> result() override {
    llvm::Expected<std::string> answer =
        ask("save " + llvm::Twine(variant) + " " + file);
    if (!answer)
      return answer.takeError();
    if (*answer != "saved" || !readTensor(file, saved))
      return llvm::createStringError(peer + ": found '" + *answer + "', expected its result in " + file);
    llvm::sys::fs::remove(file);
    return borrow(saved);
  }

private:
  llvm::Expected<std::string> ask(const llvm::Twine &line) {
    process->say(line.str());
    llvm::Expected<std::string> answer = process->hear();
    if (!answer)
      return llvm::createStringError(peer + ": " + llvm::toString(answer.takeError()));
    return answer;
  }

  std::shared_ptr<Process> process;
  std::string peer;
  size_t variant;
  std::string file;
  FileTensor saved;
};
} // namespace

std::vector<PeerProgram> bench::findPeers(llvm::StringRef folder) {
  std::vector<PeerProgram> peers;
  std::error_code error;
  for (llvm::sys::fs::directory_iterator file(folder, error), end; !error && file != end;
       file.increment(error))
    if (llvm::StringRef stem = llvm::sys::path::stem(file->path());
        stem.consume_front("peer-") && llvm::sys::fs::can_execute(file->path()))
      peers.push_back({stem.str(), file->path()});
  llvm::sort(peers, [](auto &x, auto &y) { return x.name < y.name; });
  return peers;
}

llvm::Expected<std::vector<std::unique_ptr<Contender>>>
bench::startPeer(const PeerProgram &peer, const Task &task, const std::string &folder,
                 size_t operands, int threads, std::string &why) {
  // A peer that dies must not take us along.
  static const auto ignored = std::signal(SIGPIPE, SIG_IGN);
  (void)ignored;
  std::vector<std::string> words{task.kernel, task.element, task.semiring, std::to_string(threads)};
  for (size_t k = 0; k < operands; ++k)
    words.push_back(folder + "/" + std::to_string(k) + ".tensor");
  std::string count = std::to_string(threads);
  auto process = std::make_shared<Process>();
  if (llvm::Error error = process->start(
          peer.path, words,
          {"OMP_NUM_THREADS=" + count, "OMP_DYNAMIC=false", "MKL_NUM_THREADS=" + count,
           "OPENBLAS_NUM_THREADS=" + count}))
    return error;
  std::vector<std::unique_ptr<Contender>> variants;
  while (true) {
    llvm::Expected<std::string> answer = process->hear();
    if (!answer)
      return llvm::createStringError(peer.name + ": " + llvm::toString(answer.takeError()));
    llvm::StringRef line = *answer;
    if (line == "ready")
      return variants;
    if (line.consume_front("unsupported")) {
      why = line.trim().str();
      return std::vector<std::unique_ptr<Contender>>();
    }
    // variant sorted|unsorted THREADS NAME
    llvm::SmallVector<llvm::StringRef> parts;
    line.split(parts, ' ', 3);
    int workers;
    if (parts.size() != 4 || parts[0] != "variant" || parts[2].getAsInteger(10, workers))
      return llvm::createStringError(peer.name + ": found '" + *answer + "', expected 'variant ...' or 'ready'");
    auto variant = std::make_unique<PeerContender>(process, peer.name, variants.size(), folder);
    variant->name = parts[3].str();
    variant->sorted = parts[1] == "sorted";
    variant->threads = workers;
    variants.push_back(std::move(variant));
  }
}
