// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <troupe/cluster/metadata_record.h>
