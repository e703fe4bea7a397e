// RUN: scratch-opt %s --verify-diagnostics --split-input-file

!acc = !scratch.accumulator<hash, i32, f64>
func.func @no_rows() {
  // expected-error@+1 {{expected either chunks or rows}}
  scratch.parallel setup { } body { ^bb0(%c: index, %f: index, %l: index): } teardown { }
  return
}

// -----
func.func @setup_arguments(%n: index) {
  // expected-error@+1 {{region 'setup' takes no arguments}}
  scratch.parallel rows(%n) setup { ^bb0(%s: index): } body { ^bb0(%c: index, %f: index, %l: index): } teardown { }
  return
}

// -----
func.func @body_arguments(%n: index) {
  // expected-error@+1 {{region 'body' takes ('index'), expected ('index', 'index', 'index', 'index')}}
  scratch.parallel rows(%n) setup { scratch.yield %n : index } body { ^bb0(%c: index): } teardown { ^bb0(%s: index): }
  return
}

// -----
func.func @teardown_arguments(%n: index) {
  // expected-error@+1 {{region 'teardown' takes (), expected ('index')}}
  scratch.parallel rows(%n) setup { scratch.yield %n : index } body { ^bb0(%c: index, %f: index, %l: index, %s: index): } teardown { }
  return
}

// -----
func.func @body_yields(%n: index) {
  // expected-error@+1 {{region 'body' yields ('index'), expected ()}}
  scratch.parallel rows(%n) setup { } body { ^bb0(%c: index, %f: index, %l: index): scratch.yield %c : index } teardown { }
  return
}

// -----
func.func @custom_add(%n: index) {
  // expected-error@+1 {{custom semiring needs a region 'add' and an identity of type 'f64'}}
  %a = scratch.accumulator.create window(%n) entries(%n) semiring<custom> : !scratch.accumulator<hash, i32, f64>
  return
}

// -----
func.func @built_in_add(%n: index) {
  // expected-error@+1 {{semiring min_plus brings its own add}}
  %a = scratch.accumulator.create window(%n) entries(%n) semiring<min_plus> {identity = 0.0 : f64} : !scratch.accumulator<hash, i32, f64>
  return
}

// -----
func.func @formula(%n: index) {
  // expected-error@+1 {{region 'formula' takes ('i1'), expected ('i8')}}
  %a = scratch.accumulator.create window(%n) entries(%n) semiring<min_plus> : !scratch.accumulator<hash, i32, f64>
  formula { ^bb0(%b: i1): scratch.yield %b : i1 }
  return
}

// -----
func.func @drain_yields(%a: !scratch.accumulator<hash, i32, f64>, %n: index) {
  // expected-error@+1 {{region 'drain' yields (), expected ('index')}}
  %c = scratch.tile %a window(%n, %n) bound(%n) : !scratch.accumulator<hash, i32, f64> -> index
  accumulate { ^bb0(%t: !scratch.tile<hash, i32, f64>): } drain { ^bb0(%t: !scratch.tile<hash, i32, f64>): }
  return
}

// -----
func.func @tile_kind(%a: !scratch.accumulator<hash, i32, f64>, %n: index) {
  // expected-error@+1 {{region 'accumulate' takes ('!scratch.tile<dense, i32, f64>'), expected ('!scratch.tile<hash, i32, f64>')}}
  scratch.tile %a window(%n, %n) bound(%n) : !scratch.accumulator<hash, i32, f64>
  accumulate { ^bb0(%t: !scratch.tile<dense, i32, f64>): } drain { ^bb0(%t: !scratch.tile<hash, i32, f64>): }
  return
}

// -----
func.func @other_terminator(%a: !scratch.accumulator<hash, i32, f64>, %n: index) {
  // expected-error@+1 {{region 'drain' must end in a scratch.yield}}
  "scratch.tile"(%a, %n, %n, %n) ({
  ^bb0(%t: !scratch.tile<hash, i32, f64>):
    "scratch.yield"() : () -> ()
  }, {
  ^bb0(%t: !scratch.tile<hash, i32, f64>):
    "cf.br"()[^bb0] : () -> ()
  }) : (!scratch.accumulator<hash, i32, f64>, index, index, index) -> ()
  return
}

// -----
func.func @setup_terminator(%n: index) {
  // expected-error@+1 {{region 'setup' must end in a scratch.yield}}
  scratch.parallel rows(%n) setup { llvm.unreachable } body { ^bb0(%c: index, %f: index, %l: index): } teardown { }
  return
}
