/* SPDX-License-Identifier: GPL-3.0-or-later */
#define G_LOG_DOMAIN "kaitsu-lab"

#include "lab-package.h"

#include <string.h>

#include "kt-bytes.h"

/* TS 102 221, 9.5.1: references with the top bit are local to a directory. */
#define LOCAL_REFERENCE 0x80

static void
wipe_array (GArray *array)
{
  if (array == NULL)
    return;
  kt_wipe (array->data, array->len * g_array_get_element_size (array));
  g_array_unref (array);
}

LabPackage *
lab_package_new (GBytes *upp)
{
  LabPackage *package = g_new0 (LabPackage, 1);

  g_atomic_ref_count_init (&package->refs);
  package->upp = g_bytes_ref (upp);
  package->fs = lab_fs_new ();
  package->pins = g_array_new (FALSE, TRUE, sizeof (LabPin));
  package->puks = g_array_new (FALSE, TRUE, sizeof (LabPuk));
  package->akas = g_array_new (FALSE, TRUE, sizeof (LabAka));
  package->elements = g_array_new (FALSE, TRUE, sizeof (LabElement));
  return package;
}

LabPackage *
lab_package_ref (LabPackage *package)
{
  g_return_val_if_fail (package != NULL, NULL);

  g_atomic_ref_count_inc (&package->refs);
  return package;
}

void
lab_package_unref (LabPackage *package)
{
  if (package == NULL || !g_atomic_ref_count_dec (&package->refs))
    return;
  g_bytes_unref (package->upp);
  g_free (package->profile_type);
  lab_fs_free (package->fs);
  wipe_array (package->pins);
  wipe_array (package->puks);
  wipe_array (package->akas);
  g_array_unref (package->elements);
  g_free (package);
}

static LabPin *
pin_in_scope (LabPackage *package, LabFile *scope, guint8 ref, guint *index)
{
  for (guint i = 0; i < package->pins->len; i++)
    {
      LabPin *pin = &g_array_index (package->pins, LabPin, i);

      if (pin->scope == scope && pin->ref == ref)
        {
          if (index != NULL)
            *index = i;
          return pin;
        }
    }
  return NULL;
}

LabPin *
lab_package_find_pin (LabPackage *package, LabFile *context, guint8 ref, guint *index)
{
  if ((ref & LOCAL_REFERENCE) == 0)
    return pin_in_scope (package, package->fs->mf, ref, index);
  for (LabFile *file = context; file != NULL; file = file->parent)
    {
      LabPin *pin = pin_in_scope (package, file, ref, index);

      if (pin == NULL && file->pin_scope != NULL)
        pin = pin_in_scope (package, file->pin_scope, ref, index);
      if (pin != NULL || file->type == LAB_FILE_ADF)
        return pin;
    }
  return NULL;
}

LabPuk *
lab_package_find_puk (LabPackage *package, guint8 ref, guint *index)
{
  for (guint i = 0; i < package->puks->len; i++)
    {
      LabPuk *puk = &g_array_index (package->puks, LabPuk, i);

      if (puk->ref == ref)
        {
          if (index != NULL)
            *index = i;
          return puk;
        }
    }
  return NULL;
}

GBytes *
lab_package_get_upp (LabPackage *package)
{
  g_return_val_if_fail (package != NULL, NULL);
  return package->upp;
}

const guint8 *
lab_package_get_iccid (LabPackage *package)
{
  g_return_val_if_fail (package != NULL, NULL);
  return package->iccid;
}

const char *
lab_package_get_profile_type (LabPackage *package)
{
  g_return_val_if_fail (package != NULL, NULL);
  return package->profile_type;
}

void
lab_package_get_version (LabPackage *package, guint *major, guint *minor)
{
  g_return_if_fail (package != NULL && major != NULL && minor != NULL);
  *major = package->major;
  *minor = package->minor;
}

guint
lab_package_get_n_elements (LabPackage *package)
{
  g_return_val_if_fail (package != NULL, 0);
  return package->elements->len;
}

void
lab_package_get_element (LabPackage *package, guint index, guint *tag, int *id)
{
  LabElement *element;

  g_return_if_fail (package != NULL && index < package->elements->len);

  element = &g_array_index (package->elements, LabElement, index);
  *tag = element->tag;
  *id = element->id;
}

guint
lab_package_get_n_files (LabPackage *package)
{
  g_return_val_if_fail (package != NULL, 0);
  return package->fs->files->len;
}

gsize
lab_package_get_memory (LabPackage *package)
{
  /* A file's own record on the chip: identifier, attributes, position. */
  const gsize per_file = 32;

  g_return_val_if_fail (package != NULL, 0);
  return package->fs->bytes + package->fs->files->len * per_file + package->kept;
}
