//===- Optimize.cpp - LLVM's -O3 on the translated module -----------------===//
//
// Stage: emit (x86), second step.
//
//===----------------------------------------------------------------------===//
#include "codegen/X86/Translate.h"

#include "llvm/Passes/PassBuilder.h"

void scratch::x86::optimize(llvm::Module &module,
                            llvm::TargetMachine &machine) {
  llvm::LoopAnalysisManager loops;
  llvm::FunctionAnalysisManager functions;
  llvm::CGSCCAnalysisManager callGraph;
  llvm::ModuleAnalysisManager modules;
  // Kernels are emitted with as many sums and vectors side by side as pay. Unrolling
  // them again took a fifth of the time and a third of the code, and made none of
  // the measured products, convolutions and attentions faster.
  llvm::PipelineTuningOptions tuning;
  tuning.LoopUnrolling = false;
  llvm::PassBuilder builder(&machine, tuning);
  builder.registerModuleAnalyses(modules);
  builder.registerCGSCCAnalyses(callGraph);
  builder.registerFunctionAnalyses(functions);
  builder.registerLoopAnalyses(loops);
  builder.crossRegisterProxies(loops, functions, callGraph, modules);
  builder.buildPerModuleDefaultPipeline(llvm::OptimizationLevel::O3)
      .run(module, modules);
}
