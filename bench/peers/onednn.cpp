#include <map>
#include <memory>
#include <oneapi/dnnl/dnnl.hpp>
#include <string>
#include <utility>

#include "bench/harness.hpp"
#include "bench/peers/peers.hpp"

/// `onednn`: sum and mean by its reduction primitive, layernorm by its layer normalization, which
/// adds eps = 1e-6 under the root. Its primitives are made for a shape, once, before they are
/// timed, and choose their instruction set themselves. fp32 only, as on most processors.

// Of OpenMP. <omp.h> comes with a compiler, and the linter is of another one.
extern "C" void omp_set_num_threads(int);

namespace permdelta {
namespace {

using shape_key = std::pair<std::size_t, std::size_t>;  // rows, n

// What a call needs that is made beforehand.
struct prepared {
  dnnl::primitive primitive;
  dnnl::memory source;
  dnnl::memory destination;
};

class executor {
 public:
  // `describe`: the primitive for a source {rows, n} and the destination's last dimension.
  template <class Describe>
  void run(std::span<const float> x, std::size_t rows, std::span<float> y, Describe describe) {
    const shape_key key{rows, x.size() / rows};
    auto found = made_.find(key);
    if (found == made_.end()) {
      const auto describe_matrix = [](std::size_t height, std::size_t width) {
        return dnnl::memory::desc(
            {static_cast<dnnl::memory::dim>(height), static_cast<dnnl::memory::dim>(width)},
            dnnl::memory::data_type::f32, dnnl::memory::format_tag::ab);
      };
      const auto from = describe_matrix(rows, key.second);
      const auto to = describe_matrix(rows, y.size() / rows);
      found = made_
                  .emplace(key, prepared{describe(from, to, engine_),
                                         dnnl::memory(from, engine_, nullptr),
                                         dnnl::memory(to, engine_, nullptr)})
                  .first;
    }
    prepared& ready = found->second;
    ready.source.set_data_handle(const_cast<float*>(x.data()));
    ready.destination.set_data_handle(y.data());
    ready.primitive.execute(stream_,
                            {{DNNL_ARG_SRC, ready.source}, {DNNL_ARG_DST, ready.destination}});
    stream_.wait();
  }

 private:
  dnnl::engine engine_{dnnl::engine::kind::cpu, 0};
  dnnl::stream stream_{engine_};
  std::map<shape_key, prepared> made_;
};

dnnl::primitive reduction_primitive(dnnl::algorithm what, const dnnl::memory::desc& from,
                                    const dnnl::memory::desc& to, const dnnl::engine& engine) {
  // It does not reduce one element to one: that is a copy.
  if (from == to) return dnnl::reorder(dnnl::reorder::primitive_desc(engine, from, engine, to));
  const dnnl::reduction::desc description(what, from, to, 0.0F, 0.0F);
  return dnnl::reduction(dnnl::reduction::primitive_desc(description, engine));
}

dnnl::primitive layernorm_primitive(const dnnl::memory::desc& from, const dnnl::engine& engine) {
  const dnnl::layer_normalization_forward::desc description(
      dnnl::prop_kind::forward_inference, from, 1e-6F, dnnl::normalization_flags::none);
  return dnnl::layer_normalization_forward(
      dnnl::layer_normalization_forward::primitive_desc(description, engine));
}

template <class Describe>
void add(const task& what, Describe describe) {
  const dnnl_version_t* const version = dnnl_version();
  register_kernel({.task = what,
                   .method = "onednn",
                   .run = permdelta::reduction<float>(
                       [describe, shared = std::make_shared<executor>()](
                           std::span<const float> x, std::size_t rows, std::span<float> y) {
                         shared->run(x, rows, y, describe);
                       }),
                   .library = "oneDNN " + std::to_string(version->major) + '.' +
                              std::to_string(version->minor) + '.' +
                              std::to_string(version->patch)});
}

}  // namespace

void register_onednn() {
  omp_set_num_threads(1);
  const auto reduce_by = [](dnnl::algorithm what) {
    return [what](const auto& from, const auto& to, const auto& engine) {
      return reduction_primitive(what, from, to, engine);
    };
  };
  add(operation::sum, reduce_by(dnnl::algorithm::reduction_sum));
  add(operation::mean, reduce_by(dnnl::algorithm::reduction_mean));
  add({operation::layernorm, eps_place::under_root},
      [](const auto& from, const auto&, const auto& engine) {
        return layernorm_primitive(from, engine);
      });
}

}  // namespace permdelta
