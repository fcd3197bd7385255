#pragma once

/// The few vector operations that xsimd lacks, has only in some versions, or leaves the order of to
/// the ISA.
///
/// One specialisation an instruction set, in the files beside this one. Everything compiled with an
/// ISA's private flags must carry the ISA in its type: the linker keeps one copy of an inline
/// function for the whole program, and one compiled for AVX-512 would crash the machines that lack
/// it. So these are members of a template over Arch, the kernels pass plain pointers, and nothing
/// of std:: is called on this side of the border.
///
/// A specialisation `native<Arch>` has, for float and double batches v, w, z of Arch:
///   tag                       the ISA's name in the catalog
///   registers                 how many vector registers there are
///   fused                     whether multiply_add is there and fused
///   multiply_add(v, w, z)     v * w + z, rounded once
///   multipliers_add_too       whether multiply_add(v, 1, w) runs beside additions
///   divide(v, w)              rounded correctly
///   square_root(v)            rounded correctly
///   add_pairs(v, w)           (v0 + v1, v2 + v3, ..., w0 + w1, w2 + w3, ...)
///   first(v)                  lane 0
///   upper<H>(v)               lane j < H is lane j + H of v; the other lanes are anything
///   widen(p)                  the elements of 16 bits p[0] ... p[W-1] as floats
///   narrow(v, p)              v rounded to such elements, stored to p[0] ... p[W-1]
///   load_first(p, count)      elements p[0] ... p[count - 1] in the first lanes, -0 in the others;
///                             count < W. For those types that have such loads
///   are_first(v, count)       which lanes those are, of a batch like v; if there are masks for it
///   store_first(v, count, p)  the first lanes, rounded to the type of p; likewise
///   exponent(v)               2^(i - bias), i being the lowest bits of v's significand, as many as
///                             an exponent has, and bias that of v's type; i > 0
///   stream(v, p)              v stored to p, aligned to its size, past the caches if possible
///   end_streams()             what was streamed is in its place before what is stored after it
///   join(p, q)                p[0] ... p[7], q[0] ... q[7] as one batch, if it has 16 lanes
///   wide_doubles              the batch of doubles in which floats are best added
///   wide(p)                   so many floats, or bf16, p[0] ... as doubles
///   add_beside(x, sum)        x + sum, on pipes that conversions and subtractions leave free
///   shrunk<0>(v), <1>(v)      half of the lanes each, none of them negative, as doubles of 2^-896
///                             times their value: their bits moved, much cheaper than converted
///   no_bits(v)                a register of integers, as wide as v's numbers, all zero
///   add_bits(i, v)            i + the bits of v, lane by lane, wrapping around
///   add_integers(i, j)        i + j, of floats' width
///   store(i, p)
///   pin(v)                    nothing; what v is made of is done by now, what uses it not begun

#include <cstddef>
#include <xsimd/xsimd.hpp>

#include "kernels/element.hpp"
#include "kernels/names.hpp"

#ifdef __FAST_MATH__
#error "permdelta fixes every rounding: compile it without -ffast-math"
#endif

namespace permdelta {

template <class Arch, class C>
using batch = xsimd::batch<C, Arch>;

template <class Arch>
struct native;

}  // namespace permdelta
