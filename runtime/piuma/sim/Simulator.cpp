//===- Simulator.cpp - Loading an image, running it, reporting -------------===//
#include "runtime/piuma/sim/Simulator.h"

#include "runtime/piuma/sim/Decode.h"
#include "runtime/piuma/sim/Races.h"
#include "runtime/piuma/sim/Schedule.h"
#include "runtime/piuma/sim/Statistics.h"
#include "runtime/piuma/sim/Timing.h"

#include <algorithm>
#include <cstring>

namespace scratch::piuma {

static std::string hex(uint64_t value) {
  char text[24];
  std::snprintf(text, sizeof(text), "0x%llx", static_cast<unsigned long long>(value));
  return text;
}

struct Simulator::State {
  Options options;
  System system;
  Image image;
  std::vector<uint8_t> file; // the image's spans point into it
  bool loaded = false;
  uint64_t arguments = 0, heapNext = 0, heapEnd = 0;
  Statistics statistics;
  std::unique_ptr<TimingModel> timing;

  State(const Machine &machine, Options options)
      : options(std::move(options)), system(machine, tableOf(this->options.mode)) {}

  static const HandlerTable &tableOf(Mode mode) {
    switch (mode) {
    case Mode::Timing:
      return handlers<Timed>();
    case Mode::Check:
      return handlers<Checked>();
    default:
      return handlers<Functional>();
    }
  }

  std::optional<std::string> place(const Segment &segment);
  void startThreads();
  Ending schedule();
  std::string explain(Ending ending) const;
  std::string describeTrap(const Trap &trap) const;
  std::string location(const Thread &t, uint64_t pc) const;
};

Simulator::Simulator(const Machine &machine, Options options)
    : state(std::make_unique<State>(machine, std::move(options))) {}
Simulator::~Simulator() = default;

std::optional<std::string> Simulator::State::place(const Segment &segment) {
  uint64_t offset = segment.address - kDram, size = system.memory.dramSize();
  if (segment.address < kDram || offset >= size || segment.memoryBytes > size - offset)
    return "segment at " + hex(segment.address) + " of " +
           std::to_string(segment.memoryBytes) + " bytes, expected inside of DRAM at " +
           hex(kDram) + " of " + std::to_string(size) + " bytes";
  if (!segment.file.empty())
    std::memcpy(system.memory.dramHost() + offset, segment.file.data(),
                segment.file.size());
  heapNext = std::max(heapNext, segment.address + segment.memoryBytes);
  // Floating-point flags are tracked only for programs that look at them.
  for (size_t i = 0; segment.executable && i + 4 <= segment.file.size(); i += 4) {
    uint32_t word;
    std::memcpy(&word, segment.file.data() + i, 4);
    bool csr = (word & 0x7f) == 0x73 && (word >> 12 & 3);
    if (csr && (word >> 20 == 1 || word >> 20 == 3))
      system.code.noteFlags();
  }
  return std::nullopt;
}

std::optional<std::string> Simulator::load(std::span<const uint8_t> elf) {
  State &s = *state;
  if (!s.system.memory.valid())
    return std::string("the host refused memory for the simulated machine");
  s.file.assign(elf.begin(), elf.end());
  if (auto error = readElf(s.file, s.image))
    return error;
  for (const Segment &segment : s.image.segments)
    if (auto error = s.place(segment))
      return error;
  s.system.symbols = s.image.symbols;
  if (auto host = s.image.symbols.address("tohost");
      host && s.system.memory.translate(*host, 8, 0).host)
    s.system.hostAddress = *host;
  s.system.hostReply = s.image.symbols.address("fromhost").value_or(0);

  uint64_t all = s.system.threads.size();
  uint64_t wanted = s.options.threads;
  if (wanted == 0)
    wanted = s.image.symbols.address("piuma_launch") ? all : 1;
  if (wanted > all)
    return "asked for " + std::to_string(wanted) + " threads, the machine has " +
           std::to_string(all);
  s.system.running = unsigned(wanted);
  s.heapNext = (s.heapNext + 4095) & ~uint64_t(4095);
  s.heapEnd = kDram + s.system.memory.dramSize();
  if (s.heapEnd < s.heapNext || s.heapEnd - s.heapNext < wanted * kStackBytes)
    return std::string("the image leaves no room for the stacks in DRAM");
  s.heapEnd -= wanted * kStackBytes;
  s.loaded = true;
  return std::nullopt;
}

uint64_t Simulator::allocate(uint64_t bytes, uint64_t alignment) {
  State &s = *state;
  uint64_t at = (s.heapNext + alignment - 1) & ~(alignment - 1);
  if (at < s.heapNext || at > s.heapEnd || bytes > s.heapEnd - at)
    return 0;
  s.heapNext = at + bytes;
  return at;
}

bool Simulator::write(uint64_t address, std::span<const uint8_t> bytes) {
  Place place = state->system.memory.translate(address, bytes.size(), 0);
  if (!place.host)
    return false;
  std::copy(bytes.begin(), bytes.end(), place.host);
  return true;
}

bool Simulator::read(uint64_t address, std::span<uint8_t> bytes) const {
  Place place = state->system.memory.translate(address, bytes.size(), 0);
  if (!place.host)
    return false;
  std::copy_n(place.host, bytes.size(), bytes.begin());
  return true;
}

void Simulator::setArguments(uint64_t address) { state->arguments = address; }

std::optional<uint64_t> Simulator::symbol(std::string_view name) const {
  return state->image.symbols.address(name);
}

void Simulator::State::startThreads() {
  if (auto launch = image.symbols.address("piuma_launch")) {
    LaunchBlock block{kLaunchVersion, arguments, (heapNext + 63) & ~uint64_t(63), heapEnd,
                      system.machine.scratchpad_bytes};
    Place place = system.memory.translate(*launch, sizeof(block), 0);
    if (place.host)
      std::memcpy(place.host, &block, sizeof(block));
  }
  // Stacks begin in different lines of their regions: threads of one pipeline share a data
  // cache, and would all have what they spill in the same set of it.
  uint64_t top = kDram + system.memory.dramSize();
  for (unsigned i = 0; i < system.running; ++i) {
    Thread &t = system.threads[i];
    t.x[2] = top - i * kStackBytes - i % kStackColours * 64 - 16;
    t.x[10] = i;
    t.x[11] = arguments;
    t.state = ThreadState::Ready;
    t.redirect = image.entry;
  }
}

Ending Simulator::State::schedule() {
  for (unsigned i = 0; i < system.running; ++i)
    if (!settle(system, system.threads[i]))
      return Ending::Trapped;
  switch (options.mode) {
  case Mode::Timing:
    timing = std::make_unique<TimingModel>(system, options.trace);
    return timing->run(options.maxInstructions);
  case Mode::Check:
    return runChecking(system, options.maxInstructions);
  default:
    return runFunctional(system, options.maxInstructions);
  }
}

Result Simulator::run() {
  State &s = *state;
  if (!s.loaded)
    return {1, "no program was loaded"};
  s.system.output = s.options.output;
  s.system.random.seed(s.options.seed);
  s.system.trackFlags = s.options.mode == Mode::Functional;
  s.system.timed = s.options.mode == Mode::Timing;
  s.system.recordMarks = s.options.trace;
  bool checking = s.options.mode == Mode::Check;
  s.system.delayedDma = s.options.dma == DmaMode::Delayed ||
                        (s.options.dma == DmaMode::Default && checking);
  s.system.randomDma = s.system.delayedDma && checking;
  if (checking)
    s.system.races = std::make_unique<RaceDetector>(s.system);
  s.startThreads();
  Ending ending = s.schedule();
  for (unsigned i = 0; i < s.system.running; ++i)
    s.system.closePhase(s.system.threads[i]);
  s.statistics = collectStatistics(s.system);
  if (s.timing)
    s.timing->report(s.statistics);
  Result result{s.system.status, s.explain(ending)};
  if (!result.error.empty() && result.status == 0)
    result.status = 1;
  return result;
}

std::string Simulator::State::location(const Thread &t, uint64_t pc) const {
  std::string symbol = system.describe(pc), text = "pc " + hex(pc);
  if (!symbol.empty())
    text += " (" + symbol + ")";
  Place place = system.memory.translate(pc, 4, t.core);
  if (place.host && place.space == Space::Dram && !(pc & 3)) {
    uint32_t word;
    std::memcpy(&word, place.host, 4);
    text += ": " + disassemble(word, pc);
  }
  return text;
}

std::string Simulator::State::describeTrap(const Trap &trap) const {
  std::string text = name(trap.cause);
  bool word = trap.cause == Cause::IllegalInstruction;
  if (word && trap.address && (trap.address & 3) != 3)
    text += " (a compressed one: build for rv64imafd, without C)";
  if (!word && trap.cause != Cause::Breakpoint && trap.cause != Cause::MachineCall &&
      trap.cause != Cause::UserCall)
    text += " at " + hex(trap.address);
  return text + ", thread " + std::to_string(trap.thread) + ", " +
         location(system.threads[trap.thread], trap.pc);
}

std::string Simulator::State::explain(Ending ending) const {
  switch (ending) {
  case Ending::Finished:
    return system.status == 0
               ? ""
               : "the program ended with status " + std::to_string(system.status) +
                     ", expected 0";
  case Ending::Trapped:
    for (const Thread &t : system.threads)
      if (t.trap)
        return describeTrap(t.trap);
    return "trap";
  case Ending::Raced:
    return system.races->report();
  case Ending::Deadlocked:
    return describeDeadlock(system);
  case Ending::OutOfBudget:
    return "still running after " + std::to_string(options.maxInstructions) +
           " instructions; thread 0 at " +
           location(system.threads[0], pcOf(*system.threads[0].chunk, system.threads[0].op));
  }
  return "";
}

const Statistics &Simulator::statistics() const { return state->statistics; }

std::string Simulator::trace() const {
  return state->timing ? state->timing->trace() : traceOf(state->system);
}

std::string Simulator::disassembly() const {
  std::string text;
  for (const Segment &segment : state->image.segments) {
    if (!segment.executable)
      continue;
    for (size_t i = 0; i + 4 <= segment.file.size(); i += 4) {
      uint64_t pc = segment.address + i;
      std::string symbol = state->image.symbols.describe(pc);
      if (!symbol.empty() && symbol.find("+0x") == std::string::npos)
        text += "\n" + symbol + ":\n";
      uint32_t word;
      std::memcpy(&word, segment.file.data() + i, 4);
      char line[48];
      std::snprintf(line, sizeof(line), "%12llx:  %08x  ",
                    static_cast<unsigned long long>(pc), word);
      text += line + disassemble(word, pc) + "\n";
    }
  }
  return text;
}

} // namespace scratch::piuma
