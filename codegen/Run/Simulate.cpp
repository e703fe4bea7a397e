//===- Simulate.cpp - run an image on the simulated machine ---------------===//
//
// The argument block and its tensors have the same layout in simulated memory as
// on the host (runtime/abi/scratch.h), but for the addresses in them.
//
//===----------------------------------------------------------------------===//
#include "codegen/Run/Simulate.h"

#include "codegen/Run/Elements.h"
#include "codegen/Run/Inputs.h"
#include "runtime/piuma/sim/Simulator.h"
#include "runtime/piuma/sim/Statistics.h"

#include "llvm/ADT/StringSwitch.h"

#include <chrono>
#include <map>

using namespace scratch;
using piuma::Simulator;

static llvm::Expected<piuma::Mode> parseMode(llvm::StringRef word) {
  auto mode = llvm::StringSwitch<std::optional<piuma::Mode>>(word)
                  .Case("functional", piuma::Mode::Functional)
                  .Case("timing", piuma::Mode::Timing)
                  .Case("check", piuma::Mode::Check)
                  .Default(std::nullopt);
  if (!mode)
    return llvm::createStringError("no simulation mode '" + word +
                                   "', expected functional, timing or check");
  return *mode;
}

static llvm::Expected<piuma::Machine> readMachine(const SimulationOptions &options) {
  piuma::Machine machine;
  if (!options.machine.empty()) {
    auto file = llvm::MemoryBuffer::getFile(options.machine, /*IsText=*/true);
    if (!file)
      return llvm::createStringError(options.machine + ": found no readable file (" +
                                     file.getError().message() + "), expected a machine");
    llvm::StringRef text = (*file)->getBuffer();
    if (auto reason = piuma::readMachine({text.data(), text.size()}, machine))
      return llvm::createStringError(options.machine + ": " + *reason);
  }
  if (options.cores)
    machine.cores = options.cores;
  if (auto reason = piuma::checkMachine(machine))
    return llvm::createStringError("machine: " + *reason);
  return machine;
}

namespace {
/// The three buffers of a tensor, in bytes; 0 where it has none.
struct BufferSizes {
  size_t positions = 0, coordinates = 0, values = 0;

  explicit BufferSizes(const scratch_tensor &t) : values(t.nnz * bytesOfElement(t.element)) {
    if (t.format == SCRATCH_FORMAT_DENSE)
      return;
    int64_t majors = t.format == SCRATCH_FORMAT_CSC ? t.shape[1] : t.shape[0];
    positions = (majors + 1) * (t.position_bits / 8);
    coordinates = t.nnz * (t.coordinate_bits / 8);
  }
};

/// What the guest sees, and the way there.
class Guest {
public:
  explicit Guest(Simulator &machine) : machine(machine) {}

  /// Copies to fresh guest memory; the same host buffer is copied once.
  void *place(const void *host, size_t bytes) {
    if (!host || full)
      return nullptr;
    auto [known, fresh] = placed.try_emplace(host, 0);
    if (!fresh)
      return reinterpret_cast<void *>(known->second);
    uint64_t address = machine.allocate(bytes ? bytes : 1);
    if (!address || !machine.write(address, {static_cast<const uint8_t *>(host), bytes}))
      full = true;
    known->second = address;
    return reinterpret_cast<void *>(address);
  }

  /// `alone`: its values share memory with no other tensor's.
  uint64_t placeTensor(scratch_tensor tensor, bool alone) {
    BufferSizes sizes(tensor);
    const void *values = tensor.values;
    if (alone)
      placed.erase(values);
    tensor.positions = place(tensor.positions, sizes.positions);
    tensor.coordinates = place(tensor.coordinates, sizes.coordinates);
    tensor.values = place(tensor.values, sizes.values);
    if (alone)
      placed.erase(values);
    return placeObject(tensor);
  }

  template <typename Object> uint64_t placeObject(const Object &object) {
    uint64_t address = machine.allocate(sizeof object);
    if (!address ||
        !machine.write(address, {reinterpret_cast<const uint8_t *>(&object), sizeof object}))
      full = true;
    return address;
  }

  template <typename Object> bool fetch(uint64_t address, Object &object) const {
    return machine.read(address, {reinterpret_cast<uint8_t *>(&object), sizeof object});
  }

  /// A guest buffer as one of the host's runtime; false where there is none.
  bool take(void *&pointer, size_t bytes) const {
    auto address = reinterpret_cast<uint64_t>(pointer);
    pointer = nullptr;
    if (!address)
      return bytes == 0;
    pointer = scratch_rt_allocate(bytes, 1);
    return pointer && machine.read(address, {static_cast<uint8_t *>(pointer), bytes});
  }

  bool full = false;

private:
  Simulator &machine;
  std::map<const void *, uint64_t> placed;
};
} // namespace

static llvm::Error takeResults(const Guest &guest, llvm::ArrayRef<uint64_t> addresses,
                               std::vector<scratch_tensor> &results) {
  for (auto [number, address] : llvm::enumerate(addresses)) {
    scratch_tensor &tensor = results[number];
    bool whole = guest.fetch(address, tensor);
    if (whole && (tensor.nnz < 0 || tensor.shape[0] < 0))
      whole = false;
    if (whole) {
      BufferSizes sizes(tensor);
      // All three, so that no guest address is left behind.
      bool positions = guest.take(tensor.positions, sizes.positions);
      bool coordinates = guest.take(tensor.coordinates, sizes.coordinates);
      bool values = guest.take(tensor.values, sizes.values);
      whole = positions && coordinates && values;
      tensor.flags |= SCRATCH_TENSOR_OWNED; // even one that stood in an input's array
    } else {
      tensor = {};
    }
    if (!whole)
      return llvm::createStringError("result " + llvm::Twine(number + 1) +
                                     ": found no whole tensor in simulated memory");
  }
  return llvm::Error::success();
}

/// What the kernel said when it failed, or the simulator if the program faulted.
static llvm::Error failureOf(Simulator &machine, const piuma::Result &result) {
  char text[512] = {};
  auto symbol = machine.symbol("scratch_piuma_text");
  bool said = result.status > 0 && symbol &&
              machine.read(*symbol, {reinterpret_cast<uint8_t *>(text), sizeof text - 1}) &&
              text[0];
  if (!said)
    return llvm::createStringError("simulated machine: " + result.error);
  if (result.status == SCRATCH_INDEX_OVERFLOW)
    return llvm::make_error<IndexOverflow>(text, llvm::inconvertibleErrorCode());
  return llvm::createStringError(text);
}

llvm::Expected<Measurement> scratch::simulate(const Program &program,
                                              llvm::ArrayRef<scratch_tensor> inputs,
                                              const SimulationOptions &options) {
  llvm::Expected<piuma::Machine> parameters = readMachine(options);
  if (!parameters)
    return parameters.takeError();
  piuma::Options run;
  llvm::Expected<piuma::Mode> mode = parseMode(options.mode);
  if (!mode)
    return mode.takeError();
  run.mode = *mode;
  run.seed = options.seed;
  if (options.maxInstructions)
    run.maxInstructions = options.maxInstructions;

  Simulator machine(*parameters, run);
  llvm::StringRef image = program.image->getBuffer();
  if (auto reason = machine.load({reinterpret_cast<const uint8_t *>(image.data()), image.size()}))
    return llvm::createStringError("image: " + *reason);

  Guest guest(machine);
  Measurement measured;
  measured.threads = static_cast<int>(parameters->threads());
  measured.results.resize(program.results.size());
  uint64_t record = guest.placeObject(scratch_record{});
  size_t count = inputs.size() + program.results.size();
  std::vector<uint64_t> words(sizeof(scratch_arguments) / 8 + count);
  *reinterpret_cast<scratch_arguments *>(words.data()) = {
      SCRATCH_ABI_VERSION, static_cast<uint32_t>(count), 0, 0,
      reinterpret_cast<scratch_record *>(record)};
  uint64_t *slot = words.data() + sizeof(scratch_arguments) / 8;
  for (auto [input, type] : llvm::zip_equal(inputs, program.inputs))
    *slot++ = guest.placeTensor(input, type.writable);
  std::vector<uint64_t> results;
  for (size_t number = 0; number < program.results.size(); ++number) {
    results.push_back(guest.placeObject(scratch_tensor{}));
    *slot++ = results.back();
  }
  auto block = reinterpret_cast<uint64_t>(guest.place(words.data(), words.size() * 8));
  if (guest.full)
    return llvm::createStringError("simulated machine: found no room for the inputs in " +
                                   llvm::Twine(parameters->cores * parameters->dram_bytes) +
                                   " bytes of memory");
  machine.setArguments(block);

  auto start = std::chrono::steady_clock::now();
  piuma::Result result = machine.run();
  auto end = std::chrono::steady_clock::now();
  if (!result.error.empty())
    return failureOf(machine, result);
  measured.runsMs.push_back(std::chrono::duration<double, std::milli>(end - start).count());
  if (!guest.fetch(record, measured.record))
    return llvm::createStringError("simulated machine: found no record in its memory");
  if (llvm::Error error = takeResults(guest, results, measured.results))
    return error;
  measured.peakBytes = scratch_peak_bytes();
  measured.instructions = machine.statistics().instructions;
  measured.cycles = machine.statistics().timed ? machine.statistics().cycles : 0;
  measured.statistics = machine.statistics().json();
  return measured;
}
