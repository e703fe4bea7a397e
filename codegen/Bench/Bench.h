//===- Bench.h - contenders on matrices, side by side -----------*- C++ -*-===//
#ifndef SCRATCH_CODEGEN_BENCH_BENCH_H
#define SCRATCH_CODEGEN_BENCH_BENCH_H

#include "codegen/Bench/Contender.h"
#include "codegen/Bench/Peer.h"

#include "llvm/Support/raw_ostream.h"

namespace scratch::bench {

struct BenchOptions {
  std::vector<std::string> matrices;
  std::vector<Task> tasks;
  std::vector<StrategySpec> strategies; ///< `auto` first
  std::vector<PeerProgram> peers;
  std::vector<int> threads{1};
  int rounds = 5;
  double turnMs = 100; ///< a turn lasts about so long, and one run at least
  std::string json, chart;
  bool listPeers = false; ///< and do nothing else
  std::string calibrate;  ///< file of prices to write, and do nothing else
};

/// Runs everything, round by round in turns, and checks every contender's result
/// against the reference, prints tables to `out` and progress to `err`. A wrong
/// result of ours is an error, one of a peer a note.
llvm::Error runBench(const BenchOptions &options, llvm::raw_ostream &out, llvm::raw_ostream &err);

} // namespace scratch::bench

#endif // SCRATCH_CODEGEN_BENCH_BENCH_H
