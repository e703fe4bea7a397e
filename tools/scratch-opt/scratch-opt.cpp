//===- scratch-opt.cpp - run passes and stages on IR ----------------------===//
#include "dialects/Piuma/Piuma.h"
#include "dialects/Scratch/Scratch.h"
#include "passes/Pipelines/Pipelines.h"

#include "mlir/InitAllDialects.h"
#include "mlir/InitAllExtensions.h"
#include "mlir/InitAllPasses.h"
#include "mlir/Tools/mlir-opt/MlirOptMain.h"

int main(int argc, char **argv) {
  mlir::registerAllPasses();
  scratch::registerPipelines();
  mlir::DialectRegistry registry;
  mlir::registerAllDialects(registry);
  mlir::registerAllExtensions(registry);
  registry.insert<scratch::ScratchDialect, scratch::piuma::PiumaDialect>();
  return mlir::asMainReturnCode(
      mlir::MlirOptMain(argc, argv, "Scratch modular optimizer driver\n", registry));
}
