// Table, JSON and plot.
#include "report.h"

#include <algorithm>
#include <cmath>
#include <cerrno>
#include <cstring>

static std::vector<const Run *> runsOf(const std::vector<Run> &runs, const std::string &variant) {
  std::vector<const Run *> of;
  for (const Run &run : runs)
    if (run.variant == variant)
      of.push_back(&run);
  return of;
}

struct Spread {
  double mean = 0, deviation = 0;
};

template <typename F> static Spread spread(const std::vector<const Run *> &runs, F value) {
  Spread s;
  for (const Run *run : runs)
    s.mean += value(*run) / runs.size();
  for (const Run *run : runs)
    s.deviation += std::pow(value(*run) - s.mean, 2);
  s.deviation = runs.size() > 1 ? std::sqrt(s.deviation / (runs.size() - 1)) : 0;
  return s;
}

void printTable(const Settings &settings, const std::vector<Run> &runs) {
  printf("%-18s %5s  %-16s %12s %7s %9s  %s\n", "net", "seeds", "test accuracy", "MACs", "left",
         "weights", "channels left, per pruned layer");
  for (const Variant &variant : variants(settings)) {
    auto of = runsOf(runs, variant.name);
    if (of.empty())
      continue;
    Spread accuracy = spread(of, [](const Run &run) { return 100 * run.accuracy; });
    Spread macs = spread(of, [](const Run &run) { return run.macs; });
    Spread weights = spread(of, [](const Run &run) { return double(run.parameters); });
    printf("%-18s %5zu  %6.2f +- %.2f %% %12.0f %6.1f%% %9.0f ", variant.name.c_str(), of.size(),
           accuracy.mean, accuracy.deviation, macs.mean, 100 * macs.mean / denseBudget(settings),
           weights.mean);
    if (variant.prunes)
      for (const Run *run : of) {
        printf(" ");
        for (size_t l = 0; l < run->left.size(); ++l)
          printf("%s%lld", l ? "-" : "", (long long)run->left[l]);
      }
    printf("\n");
  }
}

/// Ends the program with an error where a file cannot be written. Nothing half-written is
/// left: it gets its name when it is whole.
template <typename F> static void writeFile(const std::string &path, F write) {
  std::string draft = path + ".part";
  FILE *file = fopen(draft.c_str(), "w");
  if (file) {
    write(file);
    if (fclose(file) == 0 && rename(draft.c_str(), path.c_str()) == 0)
      return;
    remove(draft.c_str());
  }
  fprintf(stderr, "error: %s: found %s, expected a place to write\n", path.c_str(), strerror(errno));
  exit(1);
}

void writeJson(const std::string &path, const Settings &settings, const std::vector<Run> &runs) {
  writeFile(path, [&](FILE *f) {
    fprintf(f, "{\"width\": %lld, \"epochs\": %d, \"prune_epochs\": %d, \"keep\": %g, "
               "\"dense_macs\": %.0f,\n \"runs\": [",
            (long long)settings.width, settings.epochs, settings.pruneEpochs, settings.keep,
            denseBudget(settings));
    for (size_t r = 0; r < runs.size(); ++r) {
      const Run &run = runs[r];
      fprintf(f, "%s\n  {\"net\": \"%s\", \"seed\": %u, \"accuracy\": %.4f, \"macs\": %.0f, \"parameters\": %lld",
              r ? "," : "", run.variant.c_str(), run.seed, run.accuracy, run.macs,
              (long long)run.parameters);
      fprintf(f, ",\n   \"left\": [");
      for (size_t l = 0; l < run.left.size(); ++l)
        fprintf(f, "%s%lld", l ? ", " : "", (long long)run.left[l]);
      fprintf(f, "],\n   \"epochs\": [");
      for (size_t e = 0; e < run.epochs.size(); ++e)
        fprintf(f, "%s{\"accuracy\": %.4f, \"macs\": %.0f, \"loss\": %.4f, \"seconds\": %.1f}",
                e ? ", " : "", run.epochs[e].accuracy, run.epochs[e].macs, run.epochs[e].loss,
                run.epochs[e].seconds);
      fprintf(f, "]}");
    }
    fprintf(f, "\n]}\n");
  });
}

void writePlot(const std::string &path, const Settings &settings, const std::vector<Run> &runs) {
  const double dense = denseBudget(settings);
  const double width = 640, height = 420, left = 70, right = 20, top = 20, bottom = 60;
  double low = 1, high = 0;
  for (const Run &run : runs)
    for (const Epoch &epoch : run.epochs) {
      low = std::min(low, epoch.accuracy);
      high = std::max(high, epoch.accuracy);
    }
  low = std::floor(low * 50) / 50, high = std::ceil(high * 50) / 50;
  auto x = [&](double macs) {
    return left + (width - left - right) * macs / dense / 1.05;
  };
  auto y = [&](double accuracy) {
    return height - bottom - (height - top - bottom) * (accuracy - low) / (high - low);
  };
  const char *colours[] = {"#444444", "#0072b2", "#d55e00", "#009e73"};
  writeFile(path, [&](FILE *f) {
    fprintf(f, "<svg xmlns=\"http://www.w3.org/2000/svg\" width=\"%g\" height=\"%g\" "
               "font-family=\"sans-serif\" font-size=\"13\">\n<rect width=\"100%%\" "
               "height=\"100%%\" fill=\"white\"/>\n", width, height);
    for (int i = 0; i <= 10; i += 2)
      fprintf(f, "<text x=\"%.0f\" y=\"%.0f\" text-anchor=\"middle\">%d%%</text>\n",
              x(dense * i / 10), height - bottom + 20, i * 10);
    fprintf(f, "<text x=\"%.0f\" y=\"%.0f\" text-anchor=\"middle\">multiply-adds, of the dense "
               "net's %.2f million</text>\n", x(dense / 2), height - 15, dense / 1e6);
    for (double a = low; a < high + 1e-9; a += 0.02)
      fprintf(f, "<line x1=\"%g\" x2=\"%g\" y1=\"%.1f\" y2=\"%.1f\" stroke=\"#dddddd\"/>"
                 "<text x=\"%g\" y=\"%.1f\" text-anchor=\"end\">%.0f%%</text>\n",
              left, width - right, y(a), y(a), left - 6, y(a) + 4, 100 * a);
    int number = 0;
    for (const Variant &variant : variants(settings)) {
      const char *colour = colours[number];
      fprintf(f, "<text x=\"%g\" y=\"%d\" fill=\"%s\">%s</text>\n", left + 15, 40 + 18 * number,
              colour, variant.name.c_str());
      for (const Run *run : runsOf(runs, variant.name)) {
        fprintf(f, "<polyline fill=\"none\" stroke=\"%s\" stroke-opacity=\"0.5\" points=\"", colour);
        for (const Epoch &epoch : run->epochs)
          fprintf(f, "%.1f,%.1f ", x(epoch.macs), y(epoch.accuracy));
        fprintf(f, "\"/>\n");
        for (const Epoch &epoch : run->epochs)
          fprintf(f, "<circle cx=\"%.1f\" cy=\"%.1f\" r=\"%d\" fill=\"%s\"/>\n", x(epoch.macs),
                  y(epoch.accuracy), &epoch == &run->epochs.back() ? 4 : 2, colour);
      }
      ++number;
    }
    fprintf(f, "</svg>\n");
  });
}
