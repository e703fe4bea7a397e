//===- ResolveTarget.cpp - from a processor's name to #scratch.target -----===//
//
// Asks LLVM's tables, never the machine.
//
//===----------------------------------------------------------------------===//
#include "codegen/X86/X86.h"

#include "llvm/MC/MCSubtargetInfo.h"
#include "llvm/MC/TargetRegistry.h"
#include "llvm/Support/TargetSelect.h"
#include "llvm/TargetParser/SubtargetFeature.h"
#include "llvm/TargetParser/Triple.h"

using namespace mlir;
using namespace scratch;

using Subtarget = std::unique_ptr<llvm::MCSubtargetInfo>;

static llvm::Expected<Subtarget> subtarget(StringRef cpu, StringRef features) {
  LLVMInitializeX86TargetInfo();
  LLVMInitializeX86TargetMC();
  llvm::Triple triple("x86_64-unknown-linux-gnu");
  std::string error;
  const llvm::Target *target =
      llvm::TargetRegistry::lookupTarget(triple, error);
  if (!target)
    return llvm::createStringError("LLVM has no x86 target: " + error);
  // Asking with a name that is not in the table would print a warning.
  Subtarget baseline(target->createMCSubtargetInfo(triple, "x86-64", ""));
  bool wide = baseline->isCPUStringValid(cpu) &&
              Subtarget(target->createMCSubtargetInfo(triple, cpu, ""))
                  ->checkFeatures("+64bit-mode");
  if (!wide)
    return llvm::createStringError(
        "no processor '" + cpu +
        "' among LLVM's 64-bit x86 processors, expected "
        "native, x86-64-v3, znver4, sapphirerapids or the like");
  return Subtarget(target->createMCSubtargetInfo(triple, cpu, features));
}

/// An error for a feature that is not in LLVM's table: asking for it would
/// abort.
static llvm::Error checkNames(const llvm::MCSubtargetInfo &info,
                              ArrayRef<std::string> features) {
  for (const std::string &feature : features)
    if (llvm::none_of(info.getAllProcessorFeatures(),
                      [&](const llvm::SubtargetFeatureKV &known) {
                        return known.Key ==
                               llvm::SubtargetFeatures::StripFlag(feature);
                      }))
      return llvm::createStringError(
          "no feature '" + feature +
          "' among LLVM's x86 features, expected +avx2 or the like");
  return llvm::Error::success();
}

/// Processors before Ice Lake (which brought VBMI2) clock down for vectors of 512
/// bits. For later ones LLVM asks for 256 as well, since it vectorises loops of any
/// kind; kernels are vectors throughout.
static unsigned vectorBits(const llvm::MCSubtargetInfo &info) {
  if (info.checkFeatures("+avx512f,+avx512bw,+avx512vl") &&
      (info.checkFeatures("+avx512vbmi2") || !info.checkFeatures("+prefer-256-bit")))
    return 512;
  return info.checkFeatures("+avx2") ? 256 : 128;
}

llvm::Expected<TargetAttr> scratch::x86::resolveTarget(MLIRContext *context,
                                                       StringRef cpu,
                                                       StringRef features) {
  llvm::Expected<Subtarget> byName = subtarget(cpu, "");
  if (!byName)
    return byName.takeError();
  llvm::SubtargetFeatures asked(features), differing;
  if (llvm::Error error = checkNames(**byName, asked.getFeatures()))
    return error;
  for (const std::string &feature : asked.getFeatures())
    if (!(*byName)->checkFeatures(feature))
      differing.AddFeature(feature);
  llvm::Expected<Subtarget> exact = subtarget(cpu, differing.getString());
  if (!exact)
    return exact.takeError();
  // What kernels choose their instructions by is named, asked for or not.
  for (const char *feature : {"+avx512bf16", "+avx512vp2intersect", "+fast-gather", "+sse4a"})
    if ((*exact)->checkFeatures(feature) &&
        !llvm::is_contained(differing.getFeatures(), feature))
      differing.AddFeature(feature);
  return TargetAttr::get(context, "x86", cpu, differing.getString(),
                         vectorBits(**exact));
}

/// Whether LLVM uses a feature's instructions where nobody asked for them.
/// Others (protection keys, waiting, ...) are often hidden in virtual machines,
/// and kernels run without.
static bool isChosenByCompiler(StringRef feature) {
  for (StringRef family : {"avx", "sse", "ssse", "bmi", "fma"})
    if (feature.starts_with(family))
      return true;
  return llvm::is_contained(
      {"adx", "cmov", "cx16", "f16c", "gfni", "lzcnt", "movbe", "popcnt",
       "tbm", "vpclmulqdq", "xop"},
      feature);
}

llvm::Error scratch::x86::checkRunsWith(TargetAttr target, StringRef features) {
  llvm::Expected<Subtarget> wanted =
      subtarget(target.getCpu(), target.getFeatures());
  if (!wanted)
    return wanted.takeError();
  llvm::SubtargetFeatures present(features);
  for (const std::string &feature : present.getFeatures()) {
    StringRef name = llvm::SubtargetFeatures::StripFlag(feature);
    if (llvm::SubtargetFeatures::isEnabled(feature) ||
        !isChosenByCompiler(name))
      continue;
    if ((*wanted)->checkFeatures(("+" + name).str()))
      return llvm::createStringError(
          "found code for '" + target.getCpu() + "', which uses " + name +
          ", expected a processor that this machine can run, as native is");
  }
  return llvm::Error::success();
}
