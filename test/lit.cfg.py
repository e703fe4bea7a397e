# Configuration of the lit tests. The generated lit.site.cfg.py sets the paths.
import os

import lit.formats

config.name = "Scratch"
config.test_format = lit.formats.ShTest(execute_external=False)
config.suffixes = [".mlir", ".test"]
config.excludes = ["inputs", "Inputs", "CMakeLists.txt"]
config.test_source_root = os.path.dirname(__file__)
config.test_exec_root = os.path.join(config.scratch_build, "test")

config.llvm_lib = os.path.join(os.path.dirname(config.llvm_tools), "lib")
config.environment["PATH"] = os.pathsep.join(
    [os.path.join(config.scratch_build, "bin"), config.llvm_tools, os.environ["PATH"]]
)
# Results must not hang on the machine's threads: tests that care ask for a number.
config.environment.setdefault("OMP_NUM_THREADS", "2")

config.substitutions += [
    ("%inputs", os.path.join(config.test_source_root, "inputs")),
    ("%source", config.scratch_source),
    ("%build", config.scratch_build),
    ("%python", config.python),
    ("%llvm_bin", config.llvm_tools),
    ("%llvm_lib", os.path.join(os.path.dirname(config.llvm_tools), "lib")),
    # Runs `main` of a lowered program with upstream's tool and our runtime.
    (
        "%run_main",
        "mlir-runner -e main -entry-point-result=void --shared-libs="
        + ",".join(
            [os.path.join(config.llvm_lib, name)
             for name in ("libmlir_c_runner_utils.so", "libmlir_runner_utils.so", "libomp.so")]
            + [os.path.join(config.scratch_build, "lib", "libscratch_runtime.so")]
        ),
    ),
]
config.available_features.add("x86")
