/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "lab-sim-test.h"

#include "lab-saip-template.h"

static const struct
{
  const char *fill;
  gsize len;
  const char *filled;
} fills[] = {
  { NULL, 3, "FFFFFF" },
  { "FF", 2, "FFFF" },
  { "00FF", 4, "00FFFFFF" },
  { "0A", 1, "0A" },
  { "00000002", 4, "00000002" },
  /* a longer file repeats the last byte, a shorter one is cut */
  { "00000002", 5, "0000000202" },
  { "00000002", 2, "0000" },
  { "FF|0000FF01", 11, "FFFFFFFFFFFFFF0000FF01" },
  { "FF|0000FF01", 3, "00FF01" },
  { "*FFFFFF0000", 12, "FFFFFF0000FFFFFF0000FFFF" },
};

static void
test_fill (void)
{
  for (guint i = 0; i < G_N_ELEMENTS (fills); i++)
    {
      guint8 *out = g_malloc (fills[i].len);

      lab_template_fill (fills[i].fill, out, fills[i].len);
      assert_take_hex (g_bytes_new_take (out, fills[i].len), fills[i].filled);
    }
}

static void
test_oid (void)
{
  static const char *const foreign[] = {
    "2.23.143.1.2", "2.23.143.1.2.", "2.23.143.1.2.0", "2.23.143.1.2.1.2", "2.23.143.1.2.4.3",
    "2.23.143.1.2.17", "2.23.143.1.2.4.0", "2.23.143.1.2.4.2.1", "2.23.143.1.20", "2.999",
    "2.23.143.1.2.4294967297",
  };
  guint number, version;

  g_assert_true (lab_template_parse_oid ("2.23.143.1.2.1", &number, &version));
  g_assert_cmpuint (number, ==, 1);
  g_assert_cmpuint (version, ==, 1);
  g_assert_true (lab_template_parse_oid ("2.23.143.1.2.13.4", &number, &version));
  g_assert_cmpuint (number, ==, 13);
  g_assert_cmpuint (version, ==, 4);
  for (guint i = 0; i < G_N_ELEMENTS (foreign); i++)
    g_assert_false (lab_template_parse_oid (foreign[i], &number, &version));
}

/* Places are the ASN.1 module's: member n is row n - 2. */
static const struct
{
  guint element;
  guint member;
  guint16 fid;
} places[] = {
  { 0xB0, 4, 0x2FE2 },  { 0xB0, 7, 0x2F08 },  { 0xB2, 9, 0x5F50 },   { 0xB2, 15, 0x5F3A },
  { 0xB2, 36, 0x5F3C }, { 0xB2, 40, 0x5F3D }, { 0xB2, 47, 0x4F04 },  { 0xB3, 3, 0x6F07 },
  { 0xB3, 11, 0x6F42 }, { 0xB3, 25, 0x6FE4 }, { 0xB4, 7, 0x6F40 },   { 0xB4, 31, 0x6FB1 },
  { 0xB4, 45, 0x6FCC }, { 0xB4, 67, 0x6FE8 }, { 0xB4, 86, 0x6FFE },  { 0xB4, 87, 0x6F01 },
  { 0xB5, 8, 0x6F06 },  { 0xB6, 15, 0x6FFE }, { 0xB7, 19, 0x4F98 },  { 0xB8, 6, 0x4F64 },
  { 0xB9, 36, 0x6F73 }, { 0xBA, 30, 0x6F5E }, { 0xBA, 68, 0x6F8D },  { 0xBB, 9, 0x4F22 },
  { 0xBC, 21, 0x4F16 }, { 0xBD, 3, 0x4F01 },  { 0xBE, 3, 0x4F01 },   { 0xBF1F, 8, 0x4F06 },
};

static void
test_places (void)
{
  for (guint i = 0; i < G_N_ELEMENTS (places); i++)
    {
      const LabTemplate *template = lab_template_for_element (places[i].element);
      guint row = places[i].member - LAB_TEMPLATE_FIRST_MEMBER;

      g_test_message ("%X %u", places[i].element, places[i].member);
      g_assert_nonnull (template);
      g_assert_cmpuint (row, <, template->n_rows);
      g_assert_cmphex (template->rows[row].fid, ==, places[i].fid);
    }
  g_assert_null (lab_template_for_element (0xA1));
  g_assert_null (lab_template_for_element (0xBF20));
}

static void
test_versions (void)
{
  const LabTemplate *usim = lab_template_for_element (0xB3);
  const LabTemplate *df_5gs = lab_template_for_element (0xBC);
  LabTemplateRow row;

  lab_template_get_row (usim, 6, 1, &row);
  g_assert_cmphex (row.fid, ==, 0x6F38);
  g_assert_cmpuint (row.size, ==, 14);
  lab_template_get_row (usim, 6, 2, &row);
  g_assert_cmpuint (row.size, ==, 17);
  lab_template_get_row (df_5gs, 3, 2, &row);
  g_assert_cmpuint (row.size, ==, 57);
  g_assert_cmpuint (row.records, ==, 1);
  lab_template_get_row (df_5gs, 3, 3, &row);
  g_assert_cmpuint (row.size, ==, 62);
  g_assert_cmpuint (row.records, ==, 2);
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/lab/template/fill", test_fill);
  g_test_add_func ("/lab/template/oid", test_oid);
  g_test_add_func ("/lab/template/places", test_places);
  g_test_add_func ("/lab/template/versions", test_versions);
  return g_test_run ();
}
