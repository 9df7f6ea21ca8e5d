/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include "lab-aka.h"
#include "lab-fs.h"
#include "lab-saip.h"

G_BEGIN_DECLS

/* What a parsed package holds; known to the parser and to the SIM made from it. */

#define LAB_PIN_BYTES 8
/** LAB_SQN_ENTRIES: sequence numbers that a USIM remembers, one an index (TS 33.102, C.1.1). */
#define LAB_SQN_ENTRIES 32

/** LabPinAttributes: PINConfiguration.pinAttributes. */
typedef enum
{
  LAB_PIN_ENABLED = 1 << 0,
  LAB_PIN_CHANGEABLE = 1 << 1,
  LAB_PIN_DISABLEABLE = 1 << 2,
} LabPinAttributes;

/**
 * LabPin:
 * @ref: key reference: 01.. global, 81.. local, 0A.. and 8A.. administrative
 * @puk: reference of the PUK that unblocks it, 0 if none
 * @max: tries after a success; @left: tries now
 * @scope: the directory it was defined in: the MF for global ones
 */
typedef struct
{
  guint8 ref;
  guint8 value[LAB_PIN_BYTES];
  guint8 puk;
  guint8 attributes;
  guint8 max;
  guint8 left;
  LabFile *scope;
} LabPin;

typedef struct
{
  guint8 ref;
  guint8 value[LAB_PIN_BYTES];
  guint8 max;
  guint8 left;
} LabPuk;

/** LabSqnOptions: PE-AKAParameter.sqnOptions. */
typedef enum
{
  LAB_SQN_CHECK_DELTA = 1 << 1,
  LAB_SQN_CHECK_AGE = 1 << 2,
} LabSqnOptions;

/**
 * LabAka:
 * @adf: the application it belongs to
 * @source: index of the #LabAka whose key and sequence numbers this one shares, or its own
 * @delta, @age: limits of the freshness check, in steps of SEQ (TS 33.102, C.2)
 * @sequence: SEQ of each index
 */
typedef struct
{
  LabFile *adf;
  guint source;
  LabAkaKey key;
  guint8 options;
  guint64 delta;
  guint64 age;
  guint64 sequence[LAB_SQN_ENTRIES];
} LabAka;

typedef struct
{
  guint tag;
  int id;
} LabElement;

struct _LabPackage
{
  gatomicrefcount refs;
  GBytes *upp;
  guint major;
  guint minor;
  char *profile_type;
  guint8 iccid[KT_ICCID_BYTES];
  LabFs *fs;
  GArray *pins;
  GArray *puks;
  GArray *akas;
  GArray *elements;
  gsize kept;
};

/** lab_package_new: Returns: (transfer full): an empty package that keeps a reference to @upp. */
LabPackage *lab_package_new (GBytes *upp);

/**
 * lab_package_find_pin:
 * @context: the directory in which the reference is used
 *
 * A local PIN is that of the nearest directory which has it, up to the application's root, shared
 * scopes followed; a global one is that of the MF.
 *
 * Returns: (transfer none) (nullable): the PIN's index in @index
 */
LabPin *lab_package_find_pin (LabPackage *package, LabFile *context, guint8 ref, guint *index);

/** lab_package_find_puk: Returns: (transfer none) (nullable): the PUK with @ref. */
LabPuk *lab_package_find_puk (LabPackage *package, guint8 ref, guint *index);

G_END_DECLS
