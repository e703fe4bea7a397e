//===- SparseCodegen.cpp - sparse tensors become their buffers ------------===//
//
// Stage: expand. Upstream's sparse-tensor-codegen with one more pattern: a
// matrix assembled from buffers of run-time shape (upstream's own assemble op
// takes static shapes only). The set-up of the conversion follows that pass.
//
//===----------------------------------------------------------------------===//
#include "passes/Expand/Passes.h"

#include "mlir/Dialect/Complex/IR/Complex.h"
#include "mlir/Dialect/Func/Transforms/FuncConversions.h"
#include "mlir/Dialect/Linalg/IR/Linalg.h"
#include "mlir/Dialect/SCF/Transforms/Patterns.h"
#include "mlir/Dialect/SparseTensor/IR/SparseTensorType.h"
#include "mlir/Dialect/SparseTensor/Transforms/Passes.h"
#include "mlir/Transforms/DialectConversion.h"

namespace scratch {
#define GEN_PASS_DEF_SPARSECODEGENPASS
#include "passes/Expand/Passes.h.inc"
} // namespace scratch

using namespace mlir;
using namespace scratch;
using sparse_tensor::StorageSpecifierKind;

namespace {

/// BEFORE  %A = scratch.assemble %pos, %crd, %val shape(%m, %n)
/// AFTER   %A is (%pos, %crd, %val, specifier with all sizes)
struct ConvertAssemble : OpConversionPattern<AssembleOp> {
  using OpConversionPattern::OpConversionPattern;
  LogicalResult matchAndRewrite(AssembleOp op, OpAdaptor adaptor,
                                ConversionPatternRewriter &rewriter) const override {
    Location loc = op.getLoc();
    sparse_tensor::SparseTensorType matrix(cast<RankedTensorType>(op.getType()));
    auto specifierType = sparse_tensor::StorageSpecifierType::get(matrix.getEncoding());
    Value specifier =
        sparse_tensor::StorageSpecifierInitOp::create(rewriter, loc, specifierType, Value());
    auto set = [&](StorageSpecifierKind kind, std::optional<sparse_tensor::Level> level,
                   Value size) {
      IntegerAttr attribute =
          level ? IntegerAttr::get(rewriter.getIndexType(), *level) : IntegerAttr();
      specifier = sparse_tensor::SetStorageSpecifierOp::create(
          rewriter, loc, specifierType, specifier, kind, attribute, size);
    };
    Value sizes[] = {adaptor.getRows(), adaptor.getColumns()};
    bool columnMajor = !matrix.isIdentity();
    auto length = [&](Value buffer) -> Value {
      return memref::DimOp::create(rewriter, loc, buffer, 0);
    };
    set(StorageSpecifierKind::LvlSize, 0, sizes[columnMajor ? 1 : 0]);
    set(StorageSpecifierKind::LvlSize, 1, sizes[columnMajor ? 0 : 1]);
    set(StorageSpecifierKind::PosMemSize, 1, length(adaptor.getPositions()));
    set(StorageSpecifierKind::CrdMemSize, 1, length(adaptor.getCoordinates()));
    set(StorageSpecifierKind::ValMemSize, std::nullopt, length(adaptor.getValues()));
    SmallVector<Value> fields{adaptor.getPositions(), adaptor.getCoordinates(),
                              adaptor.getValues(), specifier};
    rewriter.replaceOpWithMultiple(op, {fields});
    return success();
  }
};

struct SparseCodegenPass : scratch::impl::SparseCodegenPassBase<SparseCodegenPass> {
  using Base::Base;

  void runOnOperation() override {
    MLIRContext *context = &getContext();
    RewritePatternSet patterns(context);
    SparseTensorTypeToBufferConverter converter;
    ConversionTarget target(*context);
    // Nothing of sparse tensors stays but the specifiers, which are lowered later.
    target.addIllegalDialect<sparse_tensor::SparseTensorDialect>();
    target.addLegalOp<sparse_tensor::SortOp, sparse_tensor::PushBackOp,
                      sparse_tensor::GetStorageSpecifierOp, sparse_tensor::SetStorageSpecifierOp,
                      sparse_tensor::StorageSpecifierInitOp>();
    target.addIllegalOp<AssembleOp>();
    target.addDynamicallyLegalOp<func::FuncOp>([&](func::FuncOp op) {
      return converter.isSignatureLegal(op.getFunctionType()) && converter.isLegal(&op.getBody());
    });
    target.addDynamicallyLegalOp<func::CallOp>([&](func::CallOp op) {
      return converter.isSignatureLegal(op.getCalleeType());
    });
    target.addDynamicallyLegalOp<func::ReturnOp>(
        [&](func::ReturnOp op) { return converter.isLegal(op.getOperandTypes()); });
    target.addDynamicallyLegalOp<bufferization::AllocTensorOp>(
        [&](bufferization::AllocTensorOp op) { return converter.isLegal(op.getType()); });
    target.addDynamicallyLegalOp<bufferization::DeallocTensorOp>(
        [&](bufferization::DeallocTensorOp op) {
          return converter.isLegal(op.getTensor().getType());
        });
    target.addDynamicallyLegalOp<tensor::DimOp>([&](tensor::DimOp op) {
      return converter.isLegal(op.getSource().getType());
    });
    target.addDynamicallyLegalOp<tensor::CastOp>([&](tensor::CastOp op) {
      return converter.isLegal(op.getSource().getType()) && converter.isLegal(op.getType());
    });
    target.addDynamicallyLegalOp<tensor::ExtractSliceOp>([&](tensor::ExtractSliceOp op) {
      return converter.isLegal(op.getSourceType()) && converter.isLegal(op.getType());
    });
    target.addLegalDialect<arith::ArithDialect, bufferization::BufferizationDialect,
                           complex::ComplexDialect, memref::MemRefDialect, scf::SCFDialect>();
    // The workspace of upstream's expand op is filled with zeros.
    target.addLegalOp<linalg::FillOp, linalg::YieldOp, UnrealizedConversionCastOp>();
    // Lengths that disassemble gives as tensors of one element.
    target.addLegalOp<tensor::FromElementsOp>();
    patterns.add<ConvertAssemble>(converter, context);
    populateFunctionOpInterfaceTypeConversionPattern<func::FuncOp>(patterns, converter);
    scf::populateSCFStructuralTypeConversionsAndLegality(converter, patterns, target);
    populateSparseTensorCodegenPatterns(converter, patterns, /*createSparseDeallocs=*/true,
                                        /*enableBufferInitialization=*/false);
    if (failed(applyPartialConversion(getOperation(), target, std::move(patterns))))
      signalPassFailure();
  }
};

} // namespace
