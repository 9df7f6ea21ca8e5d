/* SPDX-License-Identifier: GPL-3.0-or-later */
#define G_LOG_DOMAIN "kaitsu-lab"

#include "lab-saip-template.h"

#define MF(fid_, arr_) { .fid = (fid_), .type = LAB_FILE_MF, .arr = (arr_) }
#define ADF(arr_) { .type = LAB_FILE_ADF, .arr = (arr_) }
#define DF(fid_, arr_) { .fid = (fid_), .type = LAB_FILE_DF, .arr = (arr_) }
#define EF(type_, required_, fid_, records_, size_, arr_, sfi_, fill_)                             \
  { .fid = (fid_), .type = LAB_FILE_##type_, .required = (required_), .records = (records_),       \
    .size = (size_), .arr = (arr_), .sfi = (sfi_), .fill = (fill_) }
/* Transparent: size, access rule, SFI, default; T is optional, T1 must be in the element. */
#define T(fid_, size_, arr_, sfi_, fill_) EF (TRANSPARENT, FALSE, fid_, 0, size_, arr_, sfi_, fill_)
#define T1(fid_, size_, arr_, sfi_) EF (TRANSPARENT, TRUE, fid_, 0, size_, arr_, sfi_, NULL)
/* Linear fixed, cyclic: records, bytes of a record, then as above. */
#define L(fid_, records_, size_, arr_, sfi_, fill_)                                                \
  EF (LINEAR, FALSE, fid_, records_, size_, arr_, sfi_, fill_)
#define L1(fid_, records_, size_, arr_, sfi_)                                                      \
  EF (LINEAR, TRUE, fid_, records_, size_, arr_, sfi_, NULL)
#define C(fid_, records_, size_, arr_, sfi_, fill_)                                                \
  EF (CYCLIC, FALSE, fid_, records_, size_, arr_, sfi_, fill_)
#define C1(fid_, records_, size_, arr_, sfi_)                                                      \
  EF (CYCLIC, TRUE, fid_, records_, size_, arr_, sfi_, NULL)
#define B(fid_, arr_, sfi_) EF (BER_TLV, FALSE, fid_, 0, 0, arr_, sfi_, NULL)

#define NO_PLMN_ACT "*FFFFFF0000"

/* ETSI TS 102 221, clause 13. */
static const LabTemplateRow MF_ROWS[] = {
  MF (0x3F00, 14),
  T (0x2F05, 2, 1, 0x05, "FF"),   /* PL */
  T1 (0x2FE2, 10, 11, 0),         /* ICCID */
  L1 (0x2F00, 0, 0, 10, 0x1E),    /* DIR */
  L1 (0x2F06, 0, 0, 10, 0),       /* ARR */
  T (0x2F08, 5, 10, 0x08, NULL),  /* UMPC */
};

static const LabTemplateRow CD_ROWS[] = {
  DF (0x7F11, 14),
  T (0x6F01, 0, 2, 0, NULL),  /* LAUNCHPAD */
  T (0x6F40, 0, 2, 0, NULL),  /* ICON */
};

/* 3GPP TS 31.102, 4.4.2, in DF.TELECOM and in ADF.USIM. */
#define PHONEBOOK_ROWS_INIT                                                                        \
  DF (0x5F3A, 14),                    /* PHONEBOOK */                                              \
  L (0x4F30, 0, 0, 2, 0, NULL),       /* PBR */                                                    \
  L (0x4F38, 0, 13, 5, 0, "00FF"),    /* EXT1 */                                                   \
  L (0x4F40, 0, 0, 5, 0, "FF"),       /* AAS */                                                    \
  L (0x4F48, 0, 0, 5, 0, "FF"),       /* GAS */                                                    \
  T (0x4F22, 4, 5, 0, "00"),          /* PSC */                                                    \
  T (0x4F23, 2, 5, 0, "00"),          /* CC */                                                     \
  T (0x4F24, 2, 5, 0, "00"),          /* PUID */                                                   \
  L (0x4F50, 0, 0, 5, 0, "FF"),       /* IAP */                                                    \
  L (0x4F58, 0, 0, 5, 0, "FF"),       /* ADN */                                                    \
  L (0x4F60, 0, 2, 5, 0, "00"),       /* PBC */                                                    \
  L (0x4F68, 0, 0, 5, 0, "FF"),       /* ANR */                                                    \
  L (0x4F70, 0, 0, 5, 0, NULL),       /* PURI */                                                   \
  L (0x4F78, 0, 0, 5, 0, "FF"),       /* EMAIL */                                                  \
  L (0x4F80, 0, 0, 5, 0, "FF"),       /* SNE */                                                    \
  L (0x4F88, 0, 2, 5, 0, "00"),       /* UID */                                                    \
  L (0x4F90, 0, 0, 5, 0, "00"),       /* GRP */                                                    \
  L (0x4F98, 0, 0, 5, 0, "FF")        /* CCP1 */

static const LabTemplateRow PHONEBOOK_ROWS[] = { PHONEBOOK_ROWS_INIT };

static const LabTemplateRow TELECOM_ROWS[] = {
  DF (0x7F10, 14),
  L (0x6F06, 0, 0, 10, 0, NULL),    /* ARR */
  L (0x6F53, 0, 0, 3, 0, NULL),     /* RMA */
  T (0x6F54, 22, 3, 0, NULL),       /* SUME */
  L (0x6FE0, 50, 24, 9, 0, "FF"),   /* ICE_DN */
  L (0x6FE1, 0, 0, 9, 0, "FF"),     /* ICE_FF */
  L (0x6FE5, 0, 0, 5, 0, NULL),     /* PSISMSC */
  DF (0x5F50, 14),                  /* GRAPHICS */
  L (0x4F20, 0, 0, 2, 0, "00FF"),   /* IMG */
  T (0x4F40, 0, 2, 0, "FF"),        /* IIDF */
  B (0x4F21, 9, 0),                 /* ICE_GRAPHICS */
  T (0x4F01, 0, 10, 0, NULL),       /* LAUNCH_SCWS */
  T (0x4F80, 0, 10, 0, NULL),       /* ICON */
  PHONEBOOK_ROWS_INIT,
  DF (0x5F3B, 14),                  /* MULTIMEDIA */
  B (0x4F47, 5, 0),                 /* MML */
  B (0x4F48, 5, 0),                 /* MMDF */
  DF (0x5F3C, 14),                  /* MMSS */
  T (0x4F20, 0, 2, 0x01, NULL),     /* MLPL */
  T (0x4F21, 0, 2, 0x02, NULL),     /* MSPL */
  T (0x4F22, 1, 2, 0x03, NULL),     /* MMSSMODE */
  DF (0x5F3D, 14),                  /* MCS */
  T (0x4F01, 0, 2, 0x01, NULL),     /* MST */
  B (0x4F02, 2, 0x02),              /* MCS_CONFIG */
  DF (0x5F3E, 14),                  /* V2X */
  T (0x4F01, 0, 2, 0x01, NULL),     /* VST */
  B (0x4F02, 2, 0x02),              /* V2X_CONFIG */
  T (0x4F03, 0, 2, 0, NULL),        /* V2XP_PC5 */
  T (0x4F04, 0, 2, 0, NULL),        /* V2XP_UU */
};

/* 3GPP TS 31.102, 4.2. */
static const LabTemplateRow USIM_ROWS[] = {
  ADF (14),
  T1 (0x6F07, 9, 2, 0x07),                                    /* IMSI */
  L1 (0x6F06, 0, 0, 10, 0x17),                                /* ARR */
  T (0x6F08, 33, 5, 0x08, "07FF"),                            /* Keys */
  T (0x6F09, 33, 5, 0x09, "07FF"),                            /* KeysPS */
  T (0x6F31, 1, 2, 0x12, "0A"),                               /* HPPLMN */
  T1 (0x6F38, 14, 2, 0x04),                                   /* UST */
  L (0x6F3B, 20, 26, 8, 0, "FF"),                             /* FDN */
  L (0x6F3C, 10, 176, 5, 0, "00FF"),                          /* SMS */
  L (0x6F42, 1, 38, 5, 0, "FF"),                              /* SMSP */
  T (0x6F43, 2, 5, 0, "FF"),                                  /* SMSS */
  T1 (0x6F46, 17, 10, 0),                                     /* SPN */
  T1 (0x6F56, 1, 8, 0x05),                                    /* EST */
  T (0x6F5B, 6, 5, 0x0F, "F00000F00000"),                     /* START-HFN */
  T (0x6F5C, 3, 2, 0x10, "FF"),                               /* THRESHOLD */
  T (0x6F73, 14, 5, 0x0C, "FF|0000FF01"),                     /* PSLOCI */
  T1 (0x6F78, 2, 2, 0x06),                                    /* ACC */
  T (0x6F7B, 12, 5, 0x0D, "FF"),                              /* FPLMN */
  T (0x6F7E, 11, 5, 0x0B, "FF|0000FF01"),                     /* LOCI */
  T (0x6FAD, 4, 10, 0x03, "00000002"),                        /* AD */
  L1 (0x6FB7, 1, 4, 10, 0x01),                                /* ECC */
  T (0x6FC4, 128, 5, 0, "FF"),                                /* NETPAR */
  T (0x6FE3, 18, 5, 0x1E, "FF|000001"),                       /* EPSLOCI */
  L (0x6FE4, 1, 80, 5, 0x18, "FF"),                           /* EPSNSC */
};

static const LabTemplateRow OPT_USIM_ROWS[] = {
  T (0x6F05, 6, 1, 0x02, "FF"),                /* LI */
  T (0x6F37, 3, 5, 0, "00"),                   /* ACMmax */
  C (0x6F39, 1, 3, 7, 0, "00"),                /* ACM */
  T (0x6F3E, 8, 2, 0, NULL),                   /* GID1 */
  T (0x6F3F, 8, 2, 0, NULL),                   /* GID2 */
  L (0x6F40, 1, 24, 2, 0, "FF"),               /* MSISDN */
  T (0x6F41, 5, 5, 0, "FFFFFF0000"),           /* PUCT */
  T (0x6F45, 10, 5, 0, "FF"),                  /* CBMI */
  T (0x6F48, 10, 2, 0x0E, "FF"),               /* CBMID */
  L (0x6F49, 10, 24, 2, 0, "FF"),              /* SDN */
  L (0x6F4B, 10, 13, 8, 0, "00FF"),            /* EXT2 */
  L (0x6F4C, 10, 13, 2, 0, "00FF"),            /* EXT3 */
  T (0x6F50, 20, 5, 0, "FF"),                  /* CBMIR */
  T (0x6F60, 40, 5, 0x0A, NO_PLMN_ACT),        /* PLMNwAcT */
  T (0x6F61, 40, 2, 0x11, NO_PLMN_ACT),        /* OPLMNwAcT */
  T (0x6F62, 5, 2, 0x13, NO_PLMN_ACT),         /* HPLMNwAcT */
  T (0x6F2C, 16, 5, 0, "FF"),                  /* DCK */
  T (0x6F32, 30, 2, 0, "FF"),                  /* CNL */
  L (0x6F47, 10, 30, 5, 0, "00FF"),            /* SMSR */
  L (0x6F4D, 10, 25, 8, 0, "FF"),              /* BDN */
  L (0x6F4E, 10, 13, 5, 0, "00FF"),            /* EXT5 */
  L (0x6F4F, 5, 15, 5, 0x16, "FF"),            /* CCP2 */
  L (0x6F55, 10, 13, 8, 0, "00FF"),            /* EXT4 */
  T (0x6F57, 101, 8, 0, "00FF"),               /* ACL */
  L (0x6F58, 10, 11, 2, 0, "FF"),              /* CMI */
  C (0x6F80, 20, 38, 5, 0x14, "FF|0000000001FFFF"), /* ICI */
  C (0x6F81, 20, 37, 5, 0x15, "FF|00000001FFFF"),   /* OCI */
  C (0x6F82, 1, 3, 7, 0, "00"),                /* ICT */
  C (0x6F83, 1, 3, 7, 0, "00"),                /* OCT */
  T (0x6FB1, 20, 2, 0, NULL),                  /* VGCS */
  T (0x6FB2, 7, 5, 0, NULL),                   /* VGCSS */
  T (0x6FB3, 20, 2, 0, NULL),                  /* VBS */
  T (0x6FB4, 7, 5, 0, NULL),                   /* VBSS */
  T (0x6FB5, 2, 2, 0, NULL),                   /* eMLPP */
  T (0x6FB6, 1, 5, 0, "00"),                   /* AAeM */
  T (0x6FC3, 4, 5, 0, "FF"),                   /* HiddenKey */
  L (0x6FC5, 10, 16, 10, 0x19, NULL),          /* PNN */
  L (0x6FC6, 5, 8, 10, 0x1A, NULL),            /* OPL */
  L (0x6FC7, 3, 24, 5, 0, NULL),               /* MBDN */
  L (0x6FC8, 10, 13, 5, 0, "00FF"),            /* EXT6 */
  L (0x6FC9, 10, 5, 5, 0, NULL),               /* MBI */
  L (0x6FCA, 10, 6, 5, 0, "00"),               /* MWIS */
  L (0x6FCB, 10, 16, 5, 0, "0100FF"),          /* CFIS */
  L (0x6FCC, 10, 13, 5, 0, "00FF"),            /* EXT7 */
  T (0x6FCD, 17, 2, 0x1B, NULL),               /* SPDI */
  L (0x6FCE, 10, 6, 5, 0, "000000FF"),         /* MMSN */
  L (0x6FCF, 10, 13, 5, 0, "00FF"),            /* EXT8 */
  T (0x6FD0, 100, 2, 0, "FF"),                 /* MMSICP */
  L (0x6FD1, 0, 0, 5, 0, "FF"),                /* MMSUP */
  T (0x6FD2, 100, 5, 0, "FF"),                 /* MMSUCP */
  L (0x6FD3, 5, 11, 2, 0, "FF"),               /* NIA */
  T (0x6FD4, 0, 2, 0, "00"),                   /* VGCSCA */
  T (0x6FD5, 0, 2, 0, "00"),                   /* VBSCA */
  T (0x6FD6, 0, 5, 0, "FF"),                   /* GBABP */
  L (0x6FD7, 0, 0, 2, 0, "FF"),                /* MSK */
  L (0x6FD8, 0, 0, 2, 0, "FF"),                /* MUK */
  T (0x6FD9, 15, 2, 0x1D, "FF"),               /* EHPLMN */
  L (0x6FDA, 0, 0, 2, 0, "FF"),                /* GBANL */
  T (0x6FDB, 1, 2, 0, "00"),                   /* EHPLMNPI */
  T (0x6FDC, 1, 2, 0, "00"),                   /* LRPLMNSI */
  L (0x6FDD, 0, 0, 2, 0, "FF"),                /* NAFKCA */
  T (0x6FDE, 0, 10, 0, "00FF"),                /* SPNI */
  L (0x6FDF, 0, 0, 10, 0, "00FF"),             /* PNNI */
  L (0x6FE2, 0, 0, 2, 0, NULL),                /* NCP-IP */
  T (0x6FE6, 30, 10, 0, "801E60C01E900080040000000000000000F0000000004000000000000080"), /* UFC */
  T (0x6FE8, 18, 2, 0, NULL),                  /* NASCONFIG */
  L (0x6FE7, 0, 0, 2, 0, NULL),                /* UICCIARI */
  T (0x6FEC, 0, 10, 0, NULL),                  /* PWS */
  L (0x6FED, 0, 0, 8, 0, "FF"),                /* FDNURI */
  L (0x6FEE, 0, 0, 8, 0, "FF"),                /* BDNURI */
  L (0x6FEF, 0, 0, 2, 0, "FF"),                /* SDNURI */
  L (0x6FF0, 0, 0, 3, 0, "FF"),                /* IAL */
  C (0x6FF1, 0, 4, 10, 0, "FF"),               /* IPS */
  L (0x6FF2, 0, 0, 3, 0, "FF"),                /* IPD */
  T (0x6FF3, 0, 2, 0, NULL),                   /* ePDGId */
  T (0x6FF4, 0, 2, 0, NULL),                   /* ePDGSelection */
  T (0x6FF5, 0, 2, 0, NULL),                   /* ePDGIdEm */
  T (0x6FF6, 0, 2, 0, NULL),                   /* ePDGSelectionEm */
  T (0x6FF7, 1, 2, 0, "00"),                   /* FromPreferred */
  B (0x6FF8, 2, 0),                            /* IMSConfigData */
  T (0x6FF9, 4, 2, 0, NULL),                   /* 3GPPPSDATAOFF */
  L (0x6FFA, 0, 0, 2, 0, NULL),                /* 3GPPPSDATAOFFservicelist */
  B (0x6FFC, 2, 0),                            /* XCAPConfigData */
  T (0x6FFD, 0, 10, 0, NULL),                  /* EARFCNList */
  B (0x6FFE, 2, 0),                            /* MuDMiDConfigData */
  T (0x6F01, 1, 3, 0, NULL),                   /* eAKA */
};

static const LabTemplateRow GSM_ACCESS_ROWS[] = {
  DF (0x5F3B, 14),
  T (0x4F20, 9, 5, 0x01, "FF|07"),  /* Kc */
  T (0x4F52, 9, 5, 0x02, "FF|07"),  /* KcGPRS */
  T (0x4F63, 10, 5, 0, "FF"),       /* CPBCCH */
  T (0x4F64, 1, 2, 0, "00"),        /* InvScan */
};

static const LabTemplateRow DF_5GS_ROWS[] = {
  DF (0x5FC0, 14),
  T (0x4F01, 20, 5, 0x01, "FF|00000001"),  /* 5GS3GPPLOCI */
  T (0x4F02, 20, 5, 0x02, "FF|00000001"),  /* 5GSN3GPPLOCI */
  L (0x4F03, 1, 57, 5, 0x03, "FF"),        /* 5GS3GPPNSC */
  L (0x4F04, 1, 57, 5, 0x04, "FF"),        /* 5GSN3GPPNSC */
  T (0x4F05, 110, 5, 0x05, NULL),          /* 5GAUTHKEYS */
  T (0x4F06, 4, 2, 0x06, NULL),            /* UAC_AIC */
  T (0x4F07, 0, 2, 0x07, "FF"),            /* SUCI_Calc_Info */
  L (0x4F08, 0, 10, 10, 0x08, "FF"),       /* OPL5G */
  T (0x4F09, 0, 2, 0x09, NULL),            /* SUPI_NAI */
  T (0x4F0A, 4, 2, 0x0A, "F0FF"),          /* Routing_Indicator */
  B (0x4F0B, 2, 0),                        /* URSP */
  T (0x4F0C, 1, 2, 0x0C, "00"),            /* TN3GPPSNN */
  T (0x4F0D, 2, 2, 0x0D, NULL),            /* CAG */
  T (0x4F0E, 0, 2, 0x0E, NULL),            /* SOR_CMCI */
  T (0x4F0F, 7, 2, 0x0F, NULL),            /* DRI */
  T (0x4F10, 2, 2, 0x10, NULL),            /* 5GSeDRX */
  T (0x4F11, 1, 2, 0x11, NULL),            /* 5GNSWO_CONF */
  T (0x4F15, 1, 2, 0x15, NULL),            /* MCHPPLMN */
  T (0x4F16, 1, 2, 0x16, NULL),            /* KAUSF_DERIVATION */
};

static const LabTemplateRow DF_SAIP_ROWS[] = {
  DF (0x5FD0, 14),
  T (0x4F01, 0, 3, 0, "FF"),  /* SUCI_Calc_Info_USIM */
};

static const LabTemplateRow DF_SNPN_ROWS[] = {
  DF (0x5FE0, 14),
  T (0x4F01, 1, 10, 0, NULL),  /* PWS_SNPN */
};

static const LabTemplateRow DF_PROSE_ROWS[] = {
  DF (0x5FF0, 14),
  T (0x4F01, 1, 2, 0x01, NULL),   /* 5G_PROSE_ST */
  T (0x4F02, 26, 2, 0x02, NULL),  /* 5G_PROSE_DD */
  T (0x4F03, 12, 2, 0x03, NULL),  /* 5G_PROSE_DC */
  T (0x4F04, 32, 2, 0x04, NULL),  /* 5G_PROSE_U2NRU */
  T (0x4F05, 29, 2, 0x05, NULL),  /* 5G_PROSE_RU */
  T (0x4F06, 32, 2, 0x06, NULL),  /* 5G_PROSE_UIR */
};

/* 3GPP TS 31.103, 4.2. */
static const LabTemplateRow ISIM_ROWS[] = {
  ADF (14),
  T1 (0x6F02, 0, 2, 0x02),          /* IMPI */
  L1 (0x6F04, 1, 0, 2, 0x04),       /* IMPU */
  T1 (0x6F03, 0, 2, 0x05),          /* DOMAIN */
  T1 (0x6F07, 14, 2, 0x07),         /* IST */
  T (0x6FAD, 3, 10, 0x03, "00"),    /* AD */
  L1 (0x6F06, 0, 0, 10, 0x06),      /* ARR */
};

static const LabTemplateRow OPT_ISIM_ROWS[] = {
  L (0x6F09, 1, 0, 2, 0, NULL),       /* P-CSCF */
  L (0x6F3C, 10, 176, 5, 0, "00FF"),  /* SMS */
  L (0x6F42, 1, 38, 5, 0, "FF"),      /* SMSP */
  T (0x6F43, 2, 5, 0, "FF"),          /* SMSS */
  L (0x6F47, 10, 30, 5, 0, "00FF"),   /* SMSR */
  T (0x6FD5, 0, 5, 0, "FF"),          /* GBABP */
  L (0x6FD7, 0, 0, 2, 0, "FF"),       /* GBANL */
  L (0x6FDD, 0, 0, 2, 0, "FF"),       /* NAFKCA */
  L (0x6FE7, 0, 0, 2, 0, NULL),       /* UICCIARI */
  T (0x6FF7, 1, 2, 0, "00"),          /* FromPreferred */
  B (0x6FF8, 2, 0),                   /* IMSConfigData */
  B (0x6FFC, 2, 0),                   /* XCAPConfigData */
  L (0x6FFA, 0, 0, 2, 0, NULL),       /* WebRTCURI */
  B (0x6FFE, 2, 0),                   /* MuDMiDConfigData */
};

/* 3GPP2 C.S0065. */
static const LabTemplateRow CSIM_ROWS[] = {
  ADF (14),
  L1 (0x6F06, 0, 0, 10, 0),   /* ARR */
  C1 (0x6F21, 1, 2, 2, 0),    /* Call Count */
  T1 (0x6F22, 10, 2, 0),      /* IMSI_M */
  T1 (0x6F23, 10, 2, 0),      /* IMSI_T */
  T1 (0x6F24, 16, 2, 0),      /* TMSI */
  T1 (0x6F25, 2, 2, 0),       /* AH */
  T1 (0x6F26, 1, 2, 0),       /* AOP */
  T1 (0x6F27, 7, 2, 0),       /* ALOC */
  L1 (0x6F28, 0, 5, 2, 0),    /* CDMAHOME */
  L1 (0x6F29, 0, 8, 2, 0),    /* ZNREGI */
  T1 (0x6F2A, 7, 2, 0),       /* SNREGI */
  T1 (0x6F2B, 8, 2, 0),       /* DISTREGI */
  T1 (0x6F2C, 1, 2, 0),       /* ACCOLC */
  T1 (0x6F2D, 1, 2, 0),       /* TERM */
  T1 (0x6F2F, 7, 2, 0),       /* ACP */
  T1 (0x6F30, 0, 2, 0),       /* PRL */
  T1 (0x6F31, 8, 2, 0),       /* RUIMID */
  T1 (0x6F32, 0, 2, 0),       /* CSIM_ST */
  T1 (0x6F33, 3, 2, 0),       /* SPC */
  T1 (0x6F34, 1, 2, 0),       /* OTAPASPC */
  T1 (0x6F35, 1, 2, 0),       /* NAMLOCK */
  T1 (0x6F36, 17, 2, 0),      /* OTA */
  T1 (0x6F37, 1, 2, 0),       /* SP */
  T1 (0x6F38, 8, 2, 0),       /* ESN_MEID_ME */
  T1 (0x6F3A, 0, 2, 0),       /* LI */
  T1 (0x6F42, 1, 2, 0),       /* USGIND */
  T1 (0x6F43, 3, 2, 0),       /* AD */
  T1 (0x6F45, 4, 2, 0),       /* MAX_PRL */
  T1 (0x6F46, 1, 2, 0),       /* SPCS */
  T1 (0x6F55, 3, 2, 0),       /* MECRP */
  T1 (0x6F70, 0, 2, 0),       /* HOME_TAG */
  T1 (0x6F71, 0, 2, 0),       /* GROUP_TAG */
  T1 (0x6F72, 0, 2, 0),       /* SPECIFIC_TAG */
  T1 (0x6F73, 0, 2, 0),       /* CALL_PROMPT */
};

static const LabTemplateRow OPT_CSIM_ROWS[] = {
  T (0x6F2E, 1, 2, 0, NULL),          /* SSCI */
  L (0x6F3B, 0, 0, 2, 0, "FF"),       /* FDN */
  L (0x6F3C, 0, 0, 2, 0, "00FF"),     /* SMS */
  L (0x6F3D, 0, 0, 2, 0, "FF"),       /* SMSP */
  T (0x6F3E, 0, 2, 0, "FF"),          /* SMSS */
  T (0x6F3F, 0, 2, 0, NULL),          /* SSFC */
  T (0x6F41, 35, 2, 0, NULL),         /* SPN */
  L (0x6F44, 1, 11, 2, 0, NULL),      /* MDN */
  T (0x6F47, 0, 2, 0, NULL),          /* ECC */
  T (0x6F48, 1, 2, 0, NULL),          /* ME3GPDOPC */
  T (0x6F49, 1, 2, 0, NULL),          /* 3GPDOPM */
  T (0x6F4A, 4, 2, 0, NULL),          /* SIPCAP */
  T (0x6F4B, 5, 2, 0, NULL),          /* MIPCAP */
  T (0x6F4C, 0, 2, 0, NULL),          /* SIPUPP */
  T (0x6F4D, 0, 2, 0, NULL),          /* MIPUPP */
  T (0x6F4E, 1, 2, 0, NULL),          /* SIPSP */
  T (0x6F4F, 0, 2, 0, NULL),          /* MIPSP */
  T (0x6F50, 0, 2, 0, NULL),          /* SIPPAPSS */
  T (0x6F53, 0, 2, 0, NULL),          /* PUZL */
  T (0x6F54, 0, 2, 0, NULL),          /* MAXPUZL */
  T (0x6F56, 3, 2, 0, NULL),          /* HRPDCAP */
  T (0x6F57, 0, 2, 0, NULL),          /* HRPDUPP */
  T (0x6F58, 1, 2, 0, NULL),          /* CSSPR */
  T (0x6F59, 1, 2, 0, NULL),          /* ATC */
  T (0x6F5A, 0, 2, 0, NULL),          /* EPRL */
  T (0x6F5B, 1, 2, 0, NULL),          /* BCSMScfg */
  T (0x6F5C, 1, 2, 0, NULL),          /* BCSMSpref */
  L (0x6F5D, 0, 0, 2, 0, NULL),       /* BCSMStable */
  L (0x6F5E, 0, 2, 2, 0, NULL),       /* BCSMSP */
  L (0x6F63, 0, 0, 2, 0, NULL),       /* BAKPARA */
  L (0x6F64, 0, 0, 2, 0, NULL),       /* UpBAKPARA */
  L (0x6F65, 0, 0, 2, 0, NULL),       /* MMSN */
  L (0x6F66, 0, 13, 2, 0, "00FF"),    /* EXT8 */
  T (0x6F67, 0, 2, 0, "FF"),          /* MMSICP */
  L (0x6F68, 0, 0, 2, 0, "FF"),       /* MMSUP */
  T (0x6F69, 0, 2, 0, "FF"),          /* MMSUCP */
  T (0x6F6A, 0, 2, 0, NULL),          /* AuthCapability */
  T (0x6F6B, 32, 2, 0, NULL),         /* 3GCIK */
  T (0x6F6C, 20, 2, 0, NULL),         /* DCK */
  T (0x6F6D, 0, 2, 0, NULL),          /* GID1 */
  T (0x6F6E, 0, 2, 0, NULL),          /* GID2 */
  T (0x6F6F, 0, 2, 0, NULL),          /* CDMACNL */
  T (0x6F74, 7, 2, 0, NULL),          /* SF_EUIMID */
  T (0x6F75, 0, 2, 0, NULL),          /* EST */
  T (0x6F76, 4, 2, 0, "FF"),          /* HiddenKey */
  T (0x6F77, 0, 2, 0, NULL),          /* LCSVER */
  T (0x6F78, 0, 2, 0, NULL),          /* LCSCP */
  L (0x6F79, 0, 0, 2, 0, "FF"),       /* SDN */
  L (0x6F7A, 0, 13, 2, 0, "00FF"),    /* EXT2 */
  L (0x6F7B, 0, 13, 2, 0, "00FF"),    /* EXT3 */
  C (0x6F7C, 0, 0, 2, 0, NULL),       /* ICI */
  C (0x6F7D, 0, 0, 2, 0, NULL),       /* OCI */
  L (0x6F7E, 0, 13, 2, 0, "00FF"),    /* EXT5 */
  L (0x6F7F, 0, 0, 2, 0, "FF"),       /* CCP2 */
  T (0x6F80, 0, 2, 0, NULL),          /* AppLabels */
  T (0x6F81, 126, 2, 0, NULL),        /* Model */
  T (0x6F82, 0, 2, 0, NULL),          /* RC */
  T (0x6F83, 4, 2, 0, NULL),          /* SMSCAP */
  T (0x6F84, 1, 2, 0, NULL),          /* MIPFlags */
  T (0x6F85, 0, 2, 0, NULL),          /* 3GPDUPPExt */
  T (0x6F87, 0, 2, 0, NULL),          /* IPv6CAP */
  T (0x6F88, 0, 2, 0, NULL),          /* TCPConfig */
  T (0x6F89, 0, 2, 0, NULL),          /* DGC */
  T (0x6F8A, 0, 2, 0, NULL),          /* WAPBrowserCP */
  T (0x6F8B, 0, 2, 0, NULL),          /* WAPBrowserBM */
  T (0x6F8C, 0, 2, 0, NULL),          /* MMSConfig */
  T (0x6F8D, 0, 2, 0, NULL),          /* JDL */
};

/* ETSI TS 102 310; the identifier of DF.EAP is the application's own. */
static const LabTemplateRow EAP_ROWS[] = {
  DF (0, 14),
  T (0x4F01, 0, 5, 0, NULL),   /* EAPKEYS */
  T1 (0x4F02, 1, 2, 0),        /* EAPSTATUS */
  T (0x4F03, 0, 2, 0, NULL),   /* PUId */
  T (0x4F04, 0, 5, 0, NULL),   /* Ps */
  T (0x4F20, 0, 5, 0, NULL),   /* CurID */
  T (0x4F21, 0, 5, 0, NULL),   /* ReID */
  T (0x4F22, 0, 5, 0, NULL),   /* Realm */
};

#define TEMPLATE(element_, number_, versions_, by_default_, place_, rows_)                         \
  { element_, number_, versions_, by_default_, LAB_TEMPLATE_##place_, rows_, G_N_ELEMENTS (rows_) }

const LabTemplate lab_templates[] = {
  TEMPLATE (0xB0, 1, 1, TRUE, AT_MF, MF_ROWS),
  TEMPLATE (0xB1, 2, 1, FALSE, AT_MF, CD_ROWS),
  TEMPLATE (0xB2, 3, 2, FALSE, AT_MF, TELECOM_ROWS),
  TEMPLATE (0xB3, 4, 2, TRUE, NEW_ADF, USIM_ROWS),
  TEMPLATE (0xB4, 5, 3, FALSE, EXTENDS_ADF, OPT_USIM_ROWS),
  TEMPLATE (0xB5, 8, 1, TRUE, NEW_ADF, ISIM_ROWS),
  TEMPLATE (0xB6, 9, 2, FALSE, EXTENDS_ADF, OPT_ISIM_ROWS),
  TEMPLATE (0xB7, 6, 1, FALSE, IN_ADF, PHONEBOOK_ROWS),
  TEMPLATE (0xB8, 7, 1, FALSE, IN_ADF, GSM_ACCESS_ROWS),
  TEMPLATE (0xB9, 10, 2, TRUE, NEW_ADF, CSIM_ROWS),
  TEMPLATE (0xBA, 11, 2, FALSE, EXTENDS_ADF, OPT_CSIM_ROWS),
  TEMPLATE (0xBB, 12, 1, FALSE, IN_ADF, EAP_ROWS),
  TEMPLATE (0xBC, 13, 4, FALSE, IN_ADF, DF_5GS_ROWS),
  TEMPLATE (0xBD, 14, 1, FALSE, IN_ADF, DF_SAIP_ROWS),
  TEMPLATE (0xBE, 15, 1, FALSE, IN_ADF, DF_SNPN_ROWS),
  TEMPLATE (0xBF1F, 16, 1, FALSE, IN_ADF, DF_PROSE_ROWS),
};

const guint lab_n_templates = G_N_ELEMENTS (lab_templates);

const LabTemplateChange lab_template_changes[] = {
  { 4, 2, 0x6F38, 0, 17, NULL },
  { 13, 3, 0x4F03, 2, 62, "FF" },
  { 13, 3, 0x4F04, 2, 62, "FF" },
  { 13, 4, 0x4F0A, 0, 4, "F0FF0000" },
};

const guint lab_n_template_changes = G_N_ELEMENTS (lab_template_changes);
