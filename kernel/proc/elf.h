/* elf.h - an ELF program or interpreter: read, checked, mapped.
 *
 * Errors are Linux's (fs/binfmt_elf.c as seen through execve(2)): -ENOEXEC not a program for us,
 * -EINVAL impossible segments, -ELIBBAD a broken interpreter. Source: System V ABI, "Program
 * Loading and Dynamic Linking"; RISC-V ELF psABI. */
#pragma once

#include "fs/file.h"
#include "lib/types.h"
#include <elf.h>

#define ELF_MAX_PHDRS (4096 / sizeof(Elf64_Phdr))

struct space;

struct elf {
    struct file *file;
    Elf64_Ehdr header;
    Elf64_Phdr *phdrs; /* kmalloc'd; elf_close frees */
    char *interpreter; /* path, kmalloc'd, or NULL */
    u64 bias;          /* what was added to its addresses */
    u64 end;           /* first address behind its last segment */
    u64 phdr_address;  /* user address of the program headers, 0 if not mapped */
};

/* Reads and checks headers. Takes no reference of the file. */
int elf_open(struct elf *e, struct file *f);
void elf_close(struct elf *e);

/* Maps all PT_LOADs into `s`; ET_DYN at a random place of its own. */
int elf_map(struct elf *e, struct space *s);

static inline u64
elf_entry(const struct elf *e)
{
    return e->header.e_entry + e->bias;
}
