// Issue slots of a pipeline: several of one thread at once are what one by one would be.
#include "runtime/piuma/sim/Calendar.h"

#include <gtest/gtest.h>

#include <random>

using scratch::piuma::Calendar;

TEST(Calendar, FreeSlotsFollowAtTheInterval) {
  Calendar calendar;
  EXPECT_EQ(calendar.book(5, 4, 8, 0), 29u); // 5, 13, 21, 29
  EXPECT_EQ(calendar.book(5, 1, 8, 0), 6u);
  EXPECT_EQ(calendar.book(13, 1, 8, 0), 14u);
  EXPECT_EQ(calendar.book(30, 1, 8, 0), 30u);
}

TEST(Calendar, TakenSlotsDelayWhatFollows) {
  Calendar calendar;
  EXPECT_EQ(calendar.book(60, 8, 1, 0), 67u);  // 60 to 67, over the end of a word
  EXPECT_EQ(calendar.book(58, 3, 2, 0), 70u);  // 58, 68, 70
}

TEST(Calendar, ManySlotsAreTheSameAsOneByOne) {
  Calendar together, apart;
  std::mt19937_64 random(7);
  for (uint64_t now = 0; now < 20000; now += random() % 5) {
    uint64_t ready = now + random() % 40, count = 1 + random() % 30, interval = 1 + random() % 9;
    uint64_t slot = 0, next = ready;
    for (uint64_t i = 0; i < count; ++i, next = slot + interval)
      slot = apart.book(next, 1, interval, now);
    ASSERT_EQ(together.book(ready, count, interval, now), slot) << "at " << now;
  }
}
