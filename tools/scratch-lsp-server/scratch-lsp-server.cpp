//===- scratch-lsp-server.cpp - the scratch dialect in an editor ----------===//
#include "dialects/Scratch/Scratch.h"

#include "mlir/InitAllDialects.h"
#include "mlir/InitAllExtensions.h"
#include "mlir/Tools/mlir-lsp-server/MlirLspServerMain.h"

int main(int argc, char **argv) {
  mlir::DialectRegistry registry;
  mlir::registerAllDialects(registry);
  mlir::registerAllExtensions(registry);
  registry.insert<scratch::ScratchDialect>();
  return mlir::failed(mlir::MlirLspServerMain(argc, argv, registry));
}
