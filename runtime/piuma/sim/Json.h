//===- Json.h - Writing JSON -----------------------------------------------===//
//
// A writer that keeps track of commas and nesting; indentation of one space a level.
//===----------------------------------------------------------------------===//
#ifndef SCRATCH_RUNTIME_PIUMA_SIM_JSON_H
#define SCRATCH_RUNTIME_PIUMA_SIM_JSON_H

#include <cstdint>
#include <string>
#include <string_view>

namespace scratch::piuma {

class Json {
public:
  Json &open(char bracket) {
    separate();
    text += bracket;
    ++depth;
    first = true;
    return *this;
  }
  Json &close(char bracket) {
    --depth;
    text += bracket;
    first = false;
    return *this;
  }
  Json &key(std::string_view name) {
    separate();
    text += quoted(name) + ": ";
    afterKey = true;
    return *this;
  }
  Json &value(std::string_view v) { return raw(quoted(v)); }
  Json &value(const char *v) { return raw(quoted(v)); }
  Json &value(uint64_t v) { return raw(std::to_string(v)); }
  Json &value(double v) {
    char buffer[40];
    std::snprintf(buffer, sizeof(buffer), "%.6g", v);
    return raw(buffer);
  }
  template <class T> Json &field(std::string_view name, T v) { return key(name).value(v); }

  std::string take() { return std::move(text) + "\n"; }

private:
  Json &raw(std::string_view v) {
    separate();
    text += v;
    return *this;
  }
  void separate() {
    if (afterKey) {
      afterKey = false;
      return;
    }
    if (depth == 0)
      return;
    text += first ? "\n" : ",\n";
    text.append(depth, ' ');
    first = false;
  }
  static std::string quoted(std::string_view v) {
    std::string out = "\"";
    for (char c : v) {
      if (c == '"' || c == '\\')
        out += '\\';
      out += static_cast<unsigned char>(c) < 0x20 ? ' ' : c;
    }
    return out + "\"";
  }

  std::string text;
  unsigned depth = 0;
  bool first = true, afterKey = false;
};

} // namespace scratch::piuma

#endif // SCRATCH_RUNTIME_PIUMA_SIM_JSON_H
