// SPDX-License-Identifier: Apache-2.0
#include "index_table.h"

#include <troupe/storage/assert.h>

#include <array>
#include <cerrno>

namespace troupe::storage {

bool would_wait(const error& x) noexcept {
  return x.code == errc::busy && x.os_error == EAGAIN;
}

index_table::index_table(file_system& fs, std::string path, size_t row_bytes)
    : fs_(fs), path_(std::move(path)), row_bytes_(row_bytes) {}

result<bool> index_table::attach() {
  reset();
  auto source = fs_.open(path_, open_mode::read);
  if (!source && source.error().code == errc::not_found)
    return false;
  if (!source)
    return failure(std::move(source.error()));
  auto size = (*source)->size();
  if (!size)
    return failure(std::move(size.error()));
  if (*size % row_bytes_ != 0)
    return false;
  disk_rows_ = *size / row_bytes_;
  resize_ = false;
  return true;
}

void index_table::reset() {
  disk_rows_ = 0;
  resize_ = true;
  memory_.clear();
  marks_.clear();
  release();
}

void index_table::release() {
  source_.reset();
  missing_ = {};
  forget_page();
  page_.shrink_to_fit();
}

void index_table::forget_page() {
  page_.clear();
}

size_t index_table::rows() const noexcept {
  return disk_rows_ + memory_.size() / row_bytes_;
}

void index_table::append(std::span<const std::byte> row) {
  ASSERT(row.size() == row_bytes_);
  memory_.insert(memory_.end(), row.begin(), row.end());
}

void index_table::truncate(size_t rows) {
  ASSERT(rows <= this->rows());
  if (rows >= disk_rows_) {
    memory_.resize((rows - disk_rows_) * row_bytes_);
    return;
  }
  memory_.clear();
  auto pages = (rows + page_rows() - 1) / page_rows();
  marks_.resize(std::min(marks_.size(), pages * row_bytes_));
  forget_page();
  disk_rows_ = rows;
  resize_ = true;
}

result<std::span<const std::byte>> index_table::row(size_t i) {
  ASSERT(i < rows());
  if (i >= disk_rows_)
    return pending(i - disk_rows_);
  if (auto done = load(i / page_rows()); !done)
    return failure(std::move(done.error()));
  return loaded(i % page_rows());
}

result<void> index_table::load(size_t i) {
  auto first = i * page_rows();
  ASSERT(first < disk_rows_);
  if (!page_.empty() && page_number_ == i)
    return {};
  page_.resize(std::min(page_rows(), disk_rows_ - first) * row_bytes_);
  auto filled = fill(first * row_bytes_, page_);
  if (!filled || !*filled) {
    forget_page();
    return failure(filled
                       ? error{errc::busy, path_ + " is not in memory", EAGAIN}
                       : std::move(filled.error()));
  }
  page_number_ = i;
  if (marks_.size() == i * row_bytes_)
    marks_.insert(marks_.end(), page_.begin(),
                  page_.begin() + static_cast<std::ptrdiff_t>(row_bytes_));
  return {};
}

result<bool> index_table::fill(uint64_t position, std::span<std::byte> into) {
  if (source_ == nullptr) {
    auto opened = fs_.open(path_, open_mode::read);
    if (!opened)
      return failure(std::move(opened.error()));
    source_ = std::move(*opened);
  }
  size_t size = 0;
  if (mode_ == read_mode::nowait) {
    auto read = source_->read_nowait(position, into);
    if (!read)
      return failure(std::move(read.error()));
    size = read->size;
    if (size < into.size() && !read->resident) {
      auto rest = disk_rows_ * row_bytes_ - position;
      missing_ = {source_, position,
                  static_cast<uint32_t>(std::min(rest, missing_bytes_max)),
                  nullptr};
      return false;
    }
  } else {
    auto read = source_->read(position, into);
    if (!read)
      return failure(std::move(read.error()));
    size = *read;
  }
  if (size < into.size())
    return failure(errc::corrupt_log, path_ + " has become shorter");
  missing_ = {};
  return true;
}

result<void> index_table::complete_marks() {
  auto pages = (disk_rows_ + page_rows() - 1) / page_rows();
  for (auto i = marks_.size() / row_bytes_; i < pages; ++i)
    if (auto done = load(i); !done)
      return done;
  return {};
}

result<void> index_table::write_out() {
  if (!resize_ && memory_.empty())
    return {};
  auto target = fs_.open(path_, open_mode::create);
  if (!target)
    return failure(std::move(target.error()));
  if (resize_) {
    if (auto done = (*target)->truncate(disk_rows_ * row_bytes_); !done)
      return done;
    resize_ = false;
  }
  std::array parts{std::span<const std::byte>{memory_}};
  if (auto done = (*target)->write(disk_rows_ * row_bytes_, parts); !done) {
    resize_ = true;
    return done;
  }
  disk_rows_ = rows();
  memory_.clear();
  memory_.shrink_to_fit();
  // Its last page has grown, and the file may be a new one.
  release();
  unsynced_ = std::move(*target);
  return {};
}

} // namespace troupe::storage
