// Progressive pruning from scratch, LAPP-like, on Fashion-MNIST. Every kernel is compiled
// from the .mlir files here; this program loads data, loops, and reports.
//
//   lapp_cnn [--quick] [--width=8] [--seeds=3] [--first-seed=1] [--epochs=8] [--prune-epochs=3]
//            [--keep=0.4] [--pictures=60000] [--threads=1] [--only=NET] [--data=DIR] [--out=DIR]
//
// Writes a table, DIR/lapp_cnn.json and DIR/lapp_cnn.svg (DIR is made). Fails where a constraint is not
// met, or where the net after removal says anything else than the masked one.
#include "report.h"

#include <cmath>
#include <cstring>
#include <filesystem>
#include <numeric>
#include <unistd.h>

namespace {
struct Options {
  Settings settings;
  int seeds = 3, firstSeed = 1;
  bool quick = false; ///< check gradients, too
  int64_t pictures = 60000, testPictures = 10000;
  std::string data = "/usr/share/datasets/fashion-mnist", out = ".", only;
};
} // namespace

static Options parse(int argc, char **argv) {
  Options o;
  for (int i = 1; i < argc; ++i) {
    std::string text = argv[i], value;
    if (size_t at = text.find('='); at != std::string::npos)
      value = text.substr(at + 1), text.resize(at);
    char *end = value.data();
    double number = strtod(value.c_str(), &end);
    bool isNumber = !value.empty() && !*end && number > 0, isWhole = isNumber && number == int64_t(number);
    if (text == "--quick" && value.empty()) {
      o.quick = true, o.seeds = 1, o.settings.width = 8;
      o.settings.epochs = 3, o.settings.pruneEpochs = 2, o.settings.thresholdBound = 0.005f;
      o.pictures = 6400, o.testPictures = 1000, o.only = "pruned";
    } else if (text == "--seeds" && isWhole) {
      o.seeds = number;
    } else if (text == "--first-seed" && isWhole) {
      o.firstSeed = number;
    } else if (text == "--width" && isWhole) {
      o.settings.width = number;
    } else if (text == "--epochs" && isWhole) {
      o.settings.epochs = number;
    } else if (text == "--prune-epochs" && isWhole) {
      o.settings.pruneEpochs = number;
    } else if (text == "--keep" && isNumber && number <= 1) {
      o.settings.keep = number;
    } else if (text == "--pictures" && isWhole && number >= o.settings.batch) {
      o.pictures = number;
    } else if (text == "--threads" && isWhole) {
      gOptions.threads = number;
    } else if (text == "--only" && !value.empty()) {
      o.only = value;
    } else if (text == "--data" && !value.empty()) {
      o.data = value;
    } else if (text == "--out" && !value.empty()) {
      o.out = value;
    } else {
      fprintf(stderr, "error: found %s, expected an option with its value (see the head of "
                      "main.cpp)\n", argv[i]);
      exit(2);
    }
  }
  if (o.settings.width < 4 || o.settings.width > 256) {
    fprintf(stderr, "error: --width: found %lld, expected 4 to 256 channels\n",
            (long long)o.settings.width);
    exit(2);
  }
  if (o.settings.pruneEpochs >= o.settings.epochs) {
    fprintf(stderr, "error: --prune-epochs: found %d, expected fewer than the %d epochs\n",
            o.settings.pruneEpochs, o.settings.epochs);
    exit(2);
  }
  return o;
}

/// One line that moves on a terminal, one line per epoch elsewhere.
static void show(const Run &run, const Settings &settings, int epoch, double share) {
  int epochs = settings.epochs;
  bool terminal = isatty(2);
  if (share > 0 && !terminal)
    return;
  fprintf(stderr, "%s%-18s seed %u  epoch %2d/%d %3.0f%%", terminal ? "\r" : "", run.variant.c_str(),
          run.seed, epoch, epochs, 100 * share);
  if (!run.epochs.empty()) {
    const Epoch &last = run.epochs.back();
    fprintf(stderr, "  accuracy %.2f%%  MACs %.1f%%  loss %.3f  %.0f s", 100 * last.accuracy,
            100 * last.macs / denseBudget(settings), last.loss, last.seconds);
  }
  fprintf(stderr, "%s", !terminal || (epoch == epochs && share == 0) ? "\n" : "");
}

/// Whether a small step along the gradient changes the loss as the gradient says: a check
/// of every backward kernel at once.
static bool checkGradients(const Dataset &data) {
  std::vector<int32_t> order(32);
  std::iota(order.begin(), order.end(), 0);
  Batch batch = makeBatch(data, order, 0, order.size(), nullptr);
  // All numbers of the nets are those of the seed, so that steps can start anew.
  auto lossAfter = [&](float step, double *square) {
    Net net({{8, 16, 32}, true}, 7);
    int64_t right;
    double loss = net.learn(batch, &right) / order.size();
    if (square)
      *square = net.squaredGradient();
    if (step == 0)
      return loss;
    net.descend(step, 0);
    return net.learn(batch, &right) / order.size();
  };
  double square;
  lossAfter(0, &square);
  float step = 2e-3 / square;
  double found = (lossAfter(-step, nullptr) - lossAfter(step, nullptr)) / (2 * step);
  bool good = std::abs(found - square) < 0.02 * square;
  printf("gradients %s\n", good ? "agree with the loss" : "DISAGREE with the loss");
  if (!good)
    fprintf(stderr, "gradients: slope %g, expected %g\n", found, square);
  return good;
}

int main(int argc, char **argv) {
  Options o = parse(argc, argv);
  // Before the hours of work, not after them.
  std::error_code code;
  std::filesystem::create_directories(o.out, code);
  if (code) {
    fprintf(stderr, "error: --out=%s: found %s, expected a folder to write to\n", o.out.c_str(),
            code.message().c_str());
    return 1;
  }
  Dataset training = loadDataset(o.data, "train", o.pictures);
  Dataset testing = loadDataset(o.data, "t10k", o.testPictures);
  std::vector<Run> runs;
  for (uint32_t seed = o.firstSeed; seed < uint32_t(o.firstSeed + o.seeds); ++seed)
    for (const Variant &variant : variants(o.settings))
      if (o.only.empty() || o.only == variant.name) {
        runs.push_back(train(variant, seed, o.settings, training, testing,
                             [&](const Run &run, int epoch, double share) {
                               show(run, o.settings, epoch, share);
                             }));
        // After every run: a study that is stopped has its results so far.
        writeJson(o.out + "/lapp_cnn.json", o.settings, runs);
        writePlot(o.out + "/lapp_cnn.svg", o.settings, runs);
      }
  if (runs.empty()) {
    fprintf(stderr, "error: --only: found %s, expected the name of a net\n", o.only.c_str());
    return 2;
  }
  printTable(o.settings, runs);
  bool good = !o.quick || checkGradients(testing);
  for (const Run &run : runs) {
    for (const Variant &variant : variants(o.settings)) {
      if (variant.name != run.variant || !variant.prunes)
        continue;
      bool met = run.macs <= o.settings.keep * denseBudget(o.settings);
      bool same = run.largestDifference == 0;
      good &= met && same;
      printf("%s, seed %u: constraint of %.1f%% %s; removed and masked logits %s\n",
             run.variant.c_str(), run.seed, 100 * o.settings.keep, met ? "met" : "NOT MET",
             same                             ? "are equal"
             : run.largestDifference < 0 ? "were not compared: nothing was removed"
                                         : "DIFFER");
    }
  }
  return good ? 0 : 1;
}
