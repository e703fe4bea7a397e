//===- PiecesTest.cpp - a result written piece by piece -------------------===//
#include "runtime/abi/scratch.h"

#include <gtest/gtest.h>
#include <numeric>
#include <random>
#include <thread>
#include <vector>

namespace {
/// Pieces of random lengths; entry i of the result has coordinate i and value 2 i.
struct Pieces {
  explicit Pieces(uint64_t seed, int64_t count, int64_t most = INT64_MAX) {
    std::mt19937_64 random(seed);
    for (int64_t k = 0; k < count; ++k)
      starts.push_back(starts.back() + static_cast<int64_t>(random() % 3 ? random() % 40 : 0));
    coordinates.assign(static_cast<size_t>(starts.back() + 8 * count), -1);
    values.assign(coordinates.size(), -1);
    ledger = scratch_rt_pieces_open(coordinates.data(), 4, values.data(), 8, count, most);
  }

  void write(const scratch_piece *place, int64_t k) {
    for (int64_t i = starts[k]; i < starts[k + 1]; ++i) {
      int64_t at = place->at + i - starts[k];
      static_cast<int32_t *>(place->coordinates)[at] = static_cast<int32_t>(i);
      static_cast<double *>(place->values)[at] = 2.0 * static_cast<double>(i);
    }
  }
  int64_t length(int64_t k) const { return starts[k + 1] - starts[k]; }

  void expectPacked() {
    for (int64_t i = 0; i < starts.back(); ++i) {
      ASSERT_EQ(coordinates[i], i);
      ASSERT_EQ(values[i], 2.0 * static_cast<double>(i));
    }
    scratch_rt_pieces_close(ledger);
  }

  std::vector<int64_t> starts{0};
  std::vector<int32_t> coordinates;
  std::vector<double> values;
  void *ledger = nullptr;
};
} // namespace

TEST(Pieces, EndedInOrderAreWrittenInPlace) {
  Pieces pieces(1, 100);
  for (int64_t k = 0; k < 100; ++k) {
    const scratch_piece *place = scratch_rt_piece_begin(pieces.ledger, k, pieces.length(k));
    EXPECT_EQ(place->coordinates, pieces.coordinates.data());
    EXPECT_EQ(place->at, pieces.starts[k]);
    pieces.write(place, k);
    scratch_rt_piece_end(pieces.ledger, k, pieces.length(k));
  }
  pieces.expectPacked();
}

TEST(Pieces, EndedInAnyOrderArePacked) {
  for (uint64_t seed = 1; seed <= 20; ++seed) {
    SCOPED_TRACE("seed " + std::to_string(seed));
    Pieces pieces(seed, 60);
    std::vector<const scratch_piece *> places;
    for (int64_t k = 0; k < 60; ++k)
      places.push_back(scratch_rt_piece_begin(pieces.ledger, k, pieces.length(k)));
    std::vector<int64_t> order(60);
    std::iota(order.begin(), order.end(), 0);
    std::shuffle(order.begin(), order.end(), std::mt19937_64(seed));
    for (int64_t k : order) {
      pieces.write(places[k], k);
      scratch_rt_piece_end(pieces.ledger, k, pieces.length(k));
    }
    pieces.expectPacked();
  }
}

TEST(Pieces, EndedBySeveralThreadsArePacked) {
  Pieces pieces(7, 4000);
  std::atomic<int64_t> next{0};
  auto work = [&] {
    for (int64_t k; (k = next++) < 4000;) {
      const scratch_piece *place = scratch_rt_piece_begin(pieces.ledger, k, pieces.length(k));
      pieces.write(place, k);
      scratch_rt_piece_end(pieces.ledger, k, pieces.length(k));
    }
  };
  std::thread first(work), second(work), third(work);
  first.join(), second.join(), third.join();
  pieces.expectPacked();
}

TEST(Pieces, OfNoLedgerHaveNoPlace) {
  EXPECT_EQ(scratch_rt_piece_begin(nullptr, 3, 10)->coordinates, nullptr);
  scratch_rt_piece_end(nullptr, 3, 0);
  scratch_rt_pieces_close(nullptr);
}

TEST(Pieces, OutgrowingTheLimitIsAStatusWhileTheResultGrows) {
  scratch_arguments block = {SCRATCH_ABI_VERSION, 0, 1, 0, nullptr};
  scratch_rt_enter(&block);
  Pieces pieces(3, 100, /*most=*/500);
  int64_t k = 0;
  for (; k < 100 && *scratch_rt_status() == SCRATCH_OK; ++k) {
    pieces.write(scratch_rt_piece_begin(pieces.ledger, k, pieces.length(k)), k);
    scratch_rt_piece_end(pieces.ledger, k, pieces.length(k));
  }
  // At the first piece that ends beyond the limit, not at the last.
  EXPECT_GT(pieces.starts[k], 500);
  EXPECT_LE(pieces.starts[k - 1], 500);
  scratch_rt_pieces_close(pieces.ledger);
  EXPECT_EQ(scratch_rt_leave(), SCRATCH_INDEX_OVERFLOW);
  EXPECT_EQ(std::string(scratch_last_error()),
            "entries of the result: found " + std::to_string(pieces.starts[k]) +
                ", expected 500");
}
