// Results for people (a table), for programs (JSON) and for the eye (SVG).
#pragma once

#include "train.h"

void printTable(const Settings &settings, const std::vector<Run> &runs);
void writeJson(const std::string &path, const Settings &settings, const std::vector<Run> &runs);
/// Accuracy against multiply-adds, a line per run, a dot per epoch.
void writePlot(const std::string &path, const Settings &settings, const std::vector<Run> &runs);
