// SPDX-License-Identifier: Apache-2.0
#include "index_table.h"

#include <troupe/storage/assert.h>

#include <array>
#include <utility>

namespace troupe::storage {

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
  mapping_.reset();
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
  mapping_.reset();
  disk_rows_ = rows;
  resize_ = true;
}

result<void> index_table::prepare() {
  if (mapping_ != nullptr || disk_rows_ == 0)
    return {};
  auto mapping = fs_.map(path_);
  if (!mapping)
    return failure(std::move(mapping.error()));
  if ((*mapping)->bytes().size() < disk_rows_ * row_bytes_)
    return failure(errc::corrupt_log, path_ + " has become shorter");
  mapping_ = std::move(*mapping);
  return {};
}

std::span<const std::byte> index_table::row(size_t i) const {
  ASSERT(i < rows());
  if (i >= disk_rows_)
    return std::span{memory_}.subspan((i - disk_rows_) * row_bytes_,
                                      row_bytes_);
  ASSERT(mapping_ != nullptr);
  return mapping_->bytes().subspan(i * row_bytes_, row_bytes_);
}

result<std::vector<std::byte>> index_table::last_row() {
  ASSERT(rows() > 0);
  std::vector<std::byte> row(row_bytes_);
  if (!memory_.empty()) {
    row.assign(memory_.end() - static_cast<std::ptrdiff_t>(row_bytes_),
               memory_.end());
    return row;
  }
  auto source = fs_.open(path_, open_mode::read);
  if (!source)
    return failure(std::move(source.error()));
  auto size = (*source)->read((disk_rows_ - 1) * row_bytes_, row);
  if (!size)
    return failure(std::move(size.error()));
  if (*size != row_bytes_)
    return failure(errc::corrupt_log, path_ + " has become shorter");
  return row;
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
  mapping_.reset();
  unsynced_ = std::move(*target);
  return {};
}

} // namespace troupe::storage
