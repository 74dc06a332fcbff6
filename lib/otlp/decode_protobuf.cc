#include "lib/otlp/decode_protobuf.h"

#include <fmt/format.h>

#include <protozero/pbf_reader.hpp>

namespace signalbox::otlp {
namespace {

using protozero::pbf_reader;
using protozero::pbf_wire_type;

constexpr uint64_t kNoRecordedValue = 1;  ///< DATA_POINT_FLAGS_NO_RECORDED_VALUE_MASK

/// A field's number with its type: what has the number and another type is an unknown field.
constexpr uint32_t message(uint32_t number) {
  return protozero::tag_and_type(number, pbf_wire_type::length_delimited);
}
constexpr uint32_t varint(uint32_t number) { return protozero::tag_and_type(number, pbf_wire_type::varint); }
constexpr uint32_t fixed64(uint32_t number) { return protozero::tag_and_type(number, pbf_wire_type::fixed64); }

std::string_view bytes_of(pbf_reader& reader) {
  const protozero::data_view view = reader.get_view();
  return {view.data(), view.size()};
}

/// The field numbers of a data point: the two kinds of histogram have the same fields under other numbers.
struct PointFields {
  uint32_t attributes;
  uint32_t flags;
};
constexpr PointFields kHistogramPoint{message(9), varint(10)};
constexpr PointFields kExponentialPoint{message(1), varint(10)};
constexpr uint32_t kStartTime = fixed64(2);
constexpr uint32_t kTime = fixed64(3);
constexpr uint32_t kCount = fixed64(4);

/// What is being read, for messages.
struct Place {
  int resource = 0;
  int scope = 0;
  int metric = 0;
};

struct Refused {
  ExportProblem problem;
};

class Reader {
 public:
  /// Throws what protozero throws, and Refused.
  Export read(std::string_view body) {
    pbf_reader request(body.data(), body.size());
    while (request.next()) {
      if (request.tag_and_type() != message(1)) {
        request.skip();
        continue;
      }
      read_resource(request.get_message());
      ++place_.resource;
    }
    return std::move(builder_.made());
  }

  std::string where() const {
    return fmt::format("resource_metrics[{}].scope_metrics[{}].metrics[{}]", place_.resource, place_.scope,
                       place_.metric);
  }

 private:
  /// The order of fields means nothing: what belongs to all parts is read before the parts.
  void read_resource(const pbf_reader& resource_metrics) {
    place_.scope = place_.metric = 0;
    Attributes resource;
    for (pbf_reader reader = resource_metrics; reader.next();) {
      if (reader.tag_and_type() == message(1)) {
        resource = attributes(reader.get_message(), message(1));
      } else {
        reader.skip();
      }
    }
    builder_.begin_resource(std::move(resource));
    for (pbf_reader reader = resource_metrics; reader.next();) {
      if (reader.tag_and_type() == message(2)) {
        read_scope(reader.get_message());
        ++place_.scope;
      } else {
        reader.skip();
      }
    }
  }

  void read_scope(const pbf_reader& scope_metrics) {
    place_.metric = 0;
    builder_.begin_scope({}, {});
    for (pbf_reader reader = scope_metrics; reader.next();) {
      if (reader.tag_and_type() == message(1)) {
        read_scope_name(reader.get_message());
      } else {
        reader.skip();
      }
    }
    for (pbf_reader reader = scope_metrics; reader.next();) {
      if (reader.tag_and_type() == message(2)) {
        read_metric(reader.get_message());
        ++place_.metric;
      } else {
        reader.skip();
      }
    }
  }

  void read_scope_name(pbf_reader scope) {
    std::string_view name;
    std::string_view version;
    while (scope.next()) {
      switch (scope.tag_and_type()) {
        case message(1): name = bytes_of(scope); break;
        case message(2): version = bytes_of(scope); break;
        default: scope.skip();
      }
    }
    builder_.begin_scope(std::string(name), std::string(version));
  }

  void read_metric(const pbf_reader& metric) {
    std::string_view name;
    for (pbf_reader reader = metric; reader.next();) {
      if (reader.tag_and_type() == message(1)) {
        name = bytes_of(reader);
      } else {
        reader.skip();
      }
    }
    if (name != kDurationMetric) return;
    for (pbf_reader reader = metric; reader.next();) {
      switch (reader.tag_and_type()) {
        case message(9): read_histogram(reader.get_message(), kHistogramPoint); break;
        case message(10): read_histogram(reader.get_message(), kExponentialPoint); break;
        case message(5):
        case message(7):
        case message(11): builder_.add_other(count_points(reader.get_message())); break;
        default: reader.skip();
      }
    }
  }

  static int64_t count_points(pbf_reader data) {
    int64_t points = 0;
    while (data.next()) {
      if (data.tag_and_type() == message(1)) ++points;
      data.skip();
    }
    return points;
  }

  void read_histogram(pbf_reader histogram, const PointFields& fields) {
    std::vector<Point> points;
    auto temporality = Temporality::unspecified;
    while (histogram.next()) {
      switch (histogram.tag_and_type()) {
        case message(1):
          if (points.size() == kMaxPoints) throw Refused{too_many_points()};
          points.push_back(read_point(histogram.get_message(), fields));
          break;
        case varint(2): {
          const uint64_t value = histogram.get_uint64();
          temporality = value == 1   ? Temporality::delta
                        : value == 2 ? Temporality::cumulative
                                     : Temporality::unspecified;
          break;
        }
        default: histogram.skip();
      }
    }
    for (Point& point : points) {
      if (builder_.is_full()) throw Refused{too_many_points()};
      point.temporality = temporality;
      builder_.add(std::move(point));
    }
  }

  Point read_point(pbf_reader data, const PointFields& fields) const {
    Point point;
    point.attributes = attributes(data, fields.attributes);
    while (data.next()) {
      const uint32_t field = data.tag_and_type();
      if (field == kStartTime) {
        point.start_ns = data.get_fixed64();
      } else if (field == kTime) {
        point.time_ns = data.get_fixed64();
      } else if (field == kCount) {
        point.count = data.get_fixed64();
      } else if (field == fields.flags) {
        point.no_value = (data.get_uint64() & kNoRecordedValue) != 0;
      } else {
        data.skip();
      }
    }
    return point;
  }

  /// Those of a message in which they are the field `field`.
  Attributes attributes(pbf_reader owner, uint32_t field) const {
    Attributes read;
    while (owner.next()) {
      if (owner.tag_and_type() == field) {
        if (read.size() == kMaxAttributes) throw Refused{too_many_attributes(where())};
        read.push_back(attribute(owner.get_message()));
      } else {
        owner.skip();
      }
    }
    return read;
  }

  static Attribute attribute(pbf_reader key_value) {
    Attribute read;
    while (key_value.next()) {
      switch (key_value.tag_and_type()) {
        case message(1): read.key = bytes_of(key_value); break;
        case message(2): read.value = text_of(key_value.get_message()); break;
        default: key_value.skip();
      }
    }
    return read;
  }

  /// Of an AnyValue; whatever has no text of its own is told apart by its bytes.
  static std::string text_of(pbf_reader any) {
    std::string text;
    while (any.next()) {
      switch (any.tag_and_type()) {
        case message(1):
        case message(5):
        case message(6):
        case message(7): text = bytes_of(any); break;
        case varint(2): text = any.get_uint64() != 0 ? "true" : "false"; break;
        case varint(3): text = fmt::format("{}", any.get_int64()); break;
        case fixed64(4): text = fmt::format("{}", any.get_double()); break;
        default: any.skip();
      }
    }
    return text;
  }

  ExportBuilder builder_;
  Place place_;
};

}  // namespace

/// The one place where protozero's exceptions are caught.
Decoded decode_protobuf(std::string_view body) {
  Reader reader;
  const auto broken = [&](const char* how) {
    return ExportProblem{reader.where(), fmt::format("not an ExportMetricsServiceRequest: {}", how)};
  };
  try {
    return reader.read(body);
  } catch (const Refused& refused) {
    return refused.problem;
  } catch (const protozero::end_of_buffer_exception&) {
    return broken("a field goes past the end of its message");
  } catch (const protozero::varint_too_long_exception&) {
    return broken("a number has more than ten bytes");
  } catch (const protozero::exception&) {
    return broken("a field has a number or a type that protobuf does not have");
  }
}

}  // namespace signalbox::otlp
