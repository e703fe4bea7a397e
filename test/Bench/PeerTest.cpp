// Peers speak a protocol; those that break it give an error and nothing else.
#include "codegen/Bench/Peer.h"

#include "llvm/Support/FileSystem.h"

#include <fstream>
#include <gtest/gtest.h>

using namespace scratch::bench;

namespace {
/// A peer that is a shell script.
class Script : public testing::Test {
protected:
  llvm::Expected<std::vector<std::unique_ptr<Contender>>> start(const std::string &body) {
    PeerProgram peer{"fake", testing::TempDir() + "peer-fake.sh"};
    std::ofstream(peer.path) << "#!/bin/sh\n" << body << "\n";
    llvm::sys::fs::setPermissions(peer.path, llvm::sys::fs::perms::owner_all);
    Task task = llvm::cantFail(Task::make("spgemm", "", "", 1));
    return startPeer(peer, task, testing::TempDir(), 2, 1, why);
  }
  std::string why;
};
} // namespace

TEST_F(Script, RunsEachVariant) {
  auto variants = start("echo variant unsorted 1 Fast $1 $2 $3\n"
                        "echo variant sorted 2 Slow\n"
                        "echo ready\n"
                        "while read verb k; do echo ms 1.5$k; done");
  ASSERT_TRUE(bool(variants));
  ASSERT_EQ(variants->size(), 2u);
  EXPECT_EQ((*variants)[0]->name, "Fast spgemm f64 plus_times");
  EXPECT_FALSE((*variants)[0]->sorted);
  EXPECT_EQ((*variants)[1]->threads, 2);
  EXPECT_DOUBLE_EQ(llvm::cantFail((*variants)[0]->run()), 1.50);
  EXPECT_DOUBLE_EQ(llvm::cantFail((*variants)[1]->run()), 1.51);
}

TEST_F(Script, MayDecline) {
  auto variants = start("echo unsupported no masks");
  ASSERT_TRUE(bool(variants));
  EXPECT_TRUE(variants->empty());
  EXPECT_EQ(why, "no masks");
}

TEST_F(Script, DyingIsAnError) {
  auto variants = start("exit 3");
  ASSERT_FALSE(bool(variants));
  EXPECT_EQ(llvm::toString(variants.takeError()), "fake: found its end, expected an answer");
  variants = start("echo variant sorted 1 X; echo ready; read line; exit 1");
  ASSERT_TRUE(bool(variants));
  EXPECT_EQ(llvm::toString((*variants)[0]->run().takeError()),
            "fake: found its end, expected an answer");
  // Asked again, it is still gone, and we still live.
  EXPECT_TRUE(llvm::errorToBool((*variants)[0]->run().takeError()));
}

TEST_F(Script, NonsenseIsAnError) {
  EXPECT_TRUE(llvm::errorToBool(start("echo hello").takeError()));
  auto variants = start("echo variant sorted 1 X; echo ready; read line; echo soon");
  ASSERT_TRUE(bool(variants));
  EXPECT_EQ(llvm::toString((*variants)[0]->run().takeError()), "fake: found 'soon', expected a time");
  EXPECT_TRUE(llvm::errorToBool((*variants)[0]->result().takeError()));
}

TEST(Peers, AreFoundByName) {
  llvm::SmallString<128> folder;
  ASSERT_FALSE(llvm::sys::fs::createUniqueDirectory("peers", folder));
  for (const char *name : {"/peer-b", "/peer-a.py", "/other", "/peer-data"}) {
    std::string path = folder.str().str() + name;
    std::ofstream(path) << "x";
    bool runs = std::string(name) != "/peer-data";
    llvm::sys::fs::setPermissions(path, runs ? llvm::sys::fs::perms::owner_all
                                             : llvm::sys::fs::perms::owner_read);
  }
  std::vector<PeerProgram> found = findPeers(folder);
  ASSERT_EQ(found.size(), 2u);
  EXPECT_EQ(found[0].name, "a");
  EXPECT_EQ(found[1].name, "b");
  llvm::sys::fs::remove_directories(folder);
  EXPECT_TRUE(findPeers("/nowhere").empty());
}
