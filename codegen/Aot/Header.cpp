//===- Header.cpp - the C header of a compiled module ---------------------===//
//
// Stage: emit. For an entry point `spgemm` the header has
//   spgemm            the entry itself, on an argument block
//   spgemm_call       the same with named, typed arguments
//   spgemm_wrap_A     borrows the caller's arrays as the argument A, so that the C
//                     compiler checks their types
// What a function's tensors look like comes from passes/Expand/EntrySignature.h,
// and the tables of runtime/abi give the names.
//
//===----------------------------------------------------------------------===//
#include "codegen/Aot/Header.h"

#include "codegen/Aot/Names.h"
#include "passes/Expand/Destination.h"
#include "passes/Expand/EntrySignature.h"
#include "runtime/abi/scratch.h"

#include "llvm/ADT/StringExtras.h"
#include "llvm/ADT/StringSet.h"
#include "llvm/Support/Path.h"

using namespace mlir;
using namespace scratch;

//===----------------------------------------------------------------------===//
// Words of the tables
//===----------------------------------------------------------------------===//

static StringRef elementConstant(int32_t code) {
  switch (code) {
#define SCRATCH_ELEMENT(name, value, bytes, mlir)                                                 \
  case value:                                                                                      \
    return "SCRATCH_" #name;
#include "runtime/abi/Elements.def"
  }
  return {};
}

static StringRef formatConstant(int32_t code) {
  switch (code) {
#define SCRATCH_FORMAT(name, value, text)                                                          \
  case value:                                                                                      \
    return "SCRATCH_FORMAT_" #name;
#include "runtime/abi/Formats.def"
  }
  return {};
}

static StringRef formatText(int32_t code) {
  switch (code) {
#define SCRATCH_FORMAT(name, value, text)                                                          \
  case value:                                                                                      \
    return text;
#include "runtime/abi/Formats.def"
  }
  return {};
}

/// The C type of a number; half floats have none and travel as 16 bits.
static StringRef cType(Type type) {
  if (type.isF64())
    return "double";
  if (type.isF32())
    return "float";
  if (type.isF16() || type.isBF16())
    return "uint16_t";
  if (type.isInteger(8))
    return "int8_t";
  return type.isInteger(32) ? "int32_t" : "int64_t";
}

/// The member of scratch_slot that holds a number.
static StringRef slotMember(Type type) {
  if (type.isF64())
    return "f64";
  if (type.isF32())
    return "f32";
  return type.isInteger(32) ? "i32" : "i64";
}

//===----------------------------------------------------------------------===//
// One entry point
//===----------------------------------------------------------------------===//

namespace {

struct Parameter {
  std::string name;
  Type type;
  bool written = false; ///< an argument that a result may be written over
  RankedTensorType tensor() const { return dyn_cast<RankedTensorType>(type); }
};

class EntryWriter {
public:
  EntryWriter(func::FuncOp function, const llvm::SourceMgr *source, raw_ostream &out);
  void write();

private:
  std::string unique(StringRef wanted);
  void writeComment();
  void writeCall();
  void writeWrap(const Parameter &input);
  /// "static inline scratch_status NAME(", the parameters, ") {".
  void openFunction(const Twine &function, ArrayRef<std::string> parameters);

  StringRef name;
  func::FuncOp function;
  raw_ostream &out;
  llvm::StringSet<> taken;
  SmallVector<Parameter> inputs, results;
  std::string options;
};

} // namespace

std::string EntryWriter::unique(StringRef wanted) {
  std::string found = wanted.str();
  while (!taken.insert(found).second)
    found += "_";
  return found;
}

EntryWriter::EntryWriter(func::FuncOp function, const llvm::SourceMgr *source, raw_ostream &out)
    : name(function.getName()), function(function), out(out) {
  taken.insert("block"); // the local of the call
  for (BlockArgument argument : function.getArguments())
    inputs.push_back({unique(sourceName(argument, source)), argument.getType(),
                      isWritable(function, argument.getArgNumber())});
  for (auto [number, type] : llvm::enumerate(function.getResultTypes()))
    results.push_back({unique(function.getNumResults() == 1 ? "result"
                                                            : "result" + std::to_string(number)),
                       type});
  options = unique("options");
}

void EntryWriter::openFunction(const Twine &function, ArrayRef<std::string> parameters) {
  out << "static inline scratch_status " << function << "(\n    ";
  llvm::interleave(parameters, out, ",\n    ");
  out << ") {\n";
}

/// "CSR matrix of f64, ? x 16; 32-bit positions, 32-bit coordinates".
static std::string describe(Type type) {
  std::string text;
  llvm::raw_string_ostream stream(text);
  auto tensor = dyn_cast<RankedTensorType>(type);
  if (!tensor) {
    stream << "a number, " << type;
    return text;
  }
  TensorDescription d = describeTensor(tensor);
  bool sparse = d.format != SCRATCH_FORMAT_DENSE;
  stream << (sparse ? formatText(d.format).upper() : formatText(d.format).str())
         << (d.rank == 1 ? " vector" : d.rank == 2 ? " matrix" : " tensor")
         << " of " << tensor.getElementType() << ", ";
  llvm::interleave(
      tensor.getShape(), stream,
      [&](int64_t size) {
        if (ShapedType::isDynamic(size))
          stream << "?";
        else
          stream << size;
      },
      " x ");
  if (sparse)
    stream << ";\n *   " << d.positionBits << "-bit positions, " << d.coordinateBits
           << "-bit coordinates" << (d.ordered ? ", ascending" : " in any order");
  return text;
}

void EntryWriter::writeComment() {
  out << "/**\n * Kernel " << name << ".\n *\n";
  for (const Parameter &input : inputs)
    out << " * @param " << input.name << "  " << describe(input.type)
        << (input.written ? ";\n *   a result may be written over it, and is then not owned" : "")
        << "\n";
  for (const Parameter &result : results)
    out << " * @param " << result.name << "  receives a " << describe(result.type)
        << (result.tensor() ? ";\n *   release it with scratch_tensor_free" : "") << "\n";
  out << " * @param " << options << "  threads and record of the call; null: the defaults\n"
      << " * @return SCRATCH_OK, or why there is no result; scratch_last_error() tells more\n"
      << " */\n";
}

/// The block on the stack, filled and passed on; numbers are read back.
void EntryWriter::writeCall() {
  SmallVector<std::string> parameters;
  for (const Parameter &input : inputs)
    parameters.push_back(input.tensor() ? "const scratch_tensor *" + input.name
                                        : cType(input.type).str() + " " + input.name);
  for (const Parameter &result : results)
    parameters.push_back((result.tensor() ? "scratch_tensor" : cType(result.type).str()) + " *" +
                         result.name);
  parameters.push_back("const scratch_options *" + options);
  openFunction(name + "_call", parameters);
  out << "  struct {\n    scratch_arguments header;\n    scratch_slot slots["
      << inputs.size() + results.size() << "];\n  } block;\n"
      << "  block.header.version = SCRATCH_ABI_VERSION;\n"
      << "  block.header.count = " << inputs.size() + results.size() << ";\n"
      << "  block.header.threads = " << options << " ? " << options << "->threads : 0;\n"
      << "  block.header.reserved = 0;\n"
      << "  block.header.record = " << options << " ? " << options << "->record : 0;\n";
  unsigned slot = 0;
  for (const Parameter &input : inputs)
    out << "  block.slots[" << slot++ << "]."
        << (input.tensor() ? StringRef("input") : slotMember(input.type)) << " = " << input.name
        << ";\n";
  bool readsBack = false;
  for (const Parameter &result : results) {
    if (result.tensor())
      out << "  block.slots[" << slot << "].result = " << result.name << ";\n";
    else
      readsBack = true;
    ++slot;
  }
  if (!readsBack) {
    out << "  return " << name << "(&block.header);\n}\n";
    return;
  }
  out << "  scratch_status status = " << name << "(&block.header);\n"
      << "  if (status == SCRATCH_OK) {\n";
  slot = inputs.size();
  for (const Parameter &result : results) {
    if (!result.tensor())
      out << "    *" << result.name << " = block.slots[" << slot << "]."
          << slotMember(result.type) << ";\n";
    ++slot;
  }
  out << "  }\n  return status;\n}\n";
}

void EntryWriter::writeWrap(const Parameter &input) {
  RankedTensorType tensor = input.tensor();
  TensorDescription d = describeTensor(tensor);
  bool sparse = d.format != SCRATCH_FORMAT_DENSE;
  // Extents that the type leaves open are asked for.
  SmallVector<std::string> sizes, parameters = {"scratch_tensor *out"};
  for (auto [dimension, size] : llvm::enumerate(tensor.getShape())) {
    if (!ShapedType::isDynamic(size)) {
      sizes.push_back(std::to_string(size));
      continue;
    }
    sizes.push_back(!sparse ? "extent" + std::to_string(dimension)
                            : dimension == 0 ? "rows" : "cols");
    parameters.push_back("int64_t " + sizes.back());
  }
  auto indices = [](int32_t bits, StringRef what) {
    return ("const int" + Twine(bits) + "_t *" + what).str();
  };
  if (sparse) {
    parameters.push_back(indices(d.positionBits, "positions"));
    parameters.push_back(indices(d.coordinateBits, "coordinates"));
  }
  parameters.push_back(((input.written ? "" : "const ") + cType(tensor.getElementType()) +
                        " *values").str());

  out << "\n/** Borrows arrays as the argument " << input.name << " of " << name
      << "; copies nothing. */\n";
  openFunction(name + "_wrap_" + input.name, parameters);
  if (sparse) {
    out << "  return scratch_wrap_sparse(out, " << formatConstant(d.format) << ", "
        << elementConstant(d.element) << ", " << d.positionBits << ", " << d.coordinateBits
        << ",\n                             " << sizes[0] << ", " << sizes[1]
        << ", positions, coordinates, values);\n}\n";
    return;
  }
  out << "  const int64_t shape[] = {";
  llvm::interleaveComma(sizes, out);
  out << "};\n  return scratch_wrap_dense(out, " << elementConstant(d.element) << ", " << d.rank
      << ", shape, values);\n}\n";
}

void EntryWriter::write() {
  out << "\n/** The entry point: slots are the parameters of " << name << "_call, in order. */\n"
      << "scratch_status " << name << "(scratch_arguments *block);\n\n";
  writeComment();
  writeCall();
  for (const Parameter &input : inputs)
    if (input.tensor())
      writeWrap(input);
}

//===----------------------------------------------------------------------===//
// The file
//===----------------------------------------------------------------------===//

llvm::Expected<std::string> scratch::writeHeader(ModuleOp module, StringRef fileName,
                                                 const llvm::SourceMgr *source) {
  SmallVector<func::FuncOp> entries = entryPoints(module);
  if (entries.empty())
    return llvm::createStringError("header: " + whyNoEntryPoint(module));
  std::string file = llvm::sys::path::filename(fileName).str();
  for (char &c : file) // it stands in a comment and in a string
    if (!llvm::isAlnum(c) && !StringRef("._-+").contains(c))
      c = '_';
  std::string guard = "SCRATCH_KERNEL_" + toCIdentifier(StringRef(file).upper());
  std::string text;
  llvm::raw_string_ostream out(text);
  out << "/* " << file << " - kernels compiled by Scratch. Generated: do not edit. */\n"
      << "#ifndef " << guard << "\n#define " << guard << "\n\n#include <scratch.h>\n\n"
      << "#if SCRATCH_ABI_VERSION != " << SCRATCH_ABI_VERSION << "\n#error \"" << file
      << ": found another version of scratch.h, expected " << SCRATCH_ABI_VERSION
      << "\"\n#endif\n\n#ifdef __cplusplus\nextern \"C\" {\n#endif\n";
  for (func::FuncOp function : entries) {
    if (!isCIdentifier(function.getName()))
      return llvm::createStringError("header: found @" + function.getName() +
                                     ", expected a name that C allows");
    EntryWriter(function, source, out).write();
  }
  out << "\n#ifdef __cplusplus\n}\n#endif\n#endif /* " << guard << " */\n";
  return text;
}
