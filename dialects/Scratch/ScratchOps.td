//===- ScratchOps.td - all operations of the dialect ----------*- tablegen -*-===//
#ifndef SCRATCH_OPS_TD
#define SCRATCH_OPS_TD

include "dialects/Scratch/AttentionOps.td"
include "dialects/Scratch/KernelOps.td"
include "dialects/Scratch/PlanOps.td"
include "dialects/Scratch/StageOps.td"
include "dialects/Scratch/LoopOps.td"
include "dialects/Scratch/AccumulatorOps.td"
include "dialects/Scratch/BufferOps.td"
include "dialects/Scratch/TeamOps.td"
include "dialects/Scratch/LaneOps.td"
include "dialects/Scratch/MaskOps.td"
include "dialects/Scratch/PackedOps.td"
include "dialects/Scratch/PatchOps.td"
include "dialects/Scratch/PruneOps.td"

#endif // SCRATCH_OPS_TD
