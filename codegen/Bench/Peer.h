//===- Peer.h - other libraries, each a process of its own ------*- C++ -*-===//
//
// A peer is a program that speaks the protocol of tools/scratch-bench/peers:
// it loads the operands, then runs or saves when told. Its threads, its OpenMP
// and its crashes stay its own; a waiting peer sleeps.
//
//===----------------------------------------------------------------------===//
#ifndef SCRATCH_CODEGEN_BENCH_PEER_H
#define SCRATCH_CODEGEN_BENCH_PEER_H

#include "codegen/Bench/Contender.h"

namespace scratch::bench {

struct PeerProgram {
  std::string name, path;
};

/// The peers that were built or came with this build, in `folder`.
std::vector<PeerProgram> findPeers(llvm::StringRef folder);

/// Starts a peer on a workload whose operands lie in `folder` as 0.tensor,
/// 1.tensor ...; one contender per variant that it offers. None, with `why`,
/// where it cannot compute the task.
llvm::Expected<std::vector<std::unique_ptr<Contender>>>
startPeer(const PeerProgram &peer, const Task &task, const std::string &folder, size_t operands,
          int threads, std::string &why);

} // namespace scratch::bench

#endif // SCRATCH_CODEGEN_BENCH_PEER_H
