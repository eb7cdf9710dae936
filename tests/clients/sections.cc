/* sections.cc - finds the vDSO's functions by its section headers, by name, and calls them.
 *
 * A client of the kind that profilers and checkpointers are: it does not look at the dynamic
 * segment, it wants .shstrtab, .dynsym and .dynstr inside the mapping at AT_SYSINFO_EHDR. */

#include <cstdint>
#include <cstdio>
#include <ctime>
#include <elf.h>
#include <map>
#include <stdexcept>
#include <string>
#include <sys/auxv.h>

class Image
{
public:
    /* Names all sections. Relies on their headers being inside the mapping: a loader maps segments,
     * the kernel maps the whole file of a vDSO. */
    explicit Image(std::uintptr_t at) : base(reinterpret_cast<const char *>(at))
    {
        const auto *header = at_offset<Elf64_Ehdr>(0);
        const auto *sections = at_offset<Elf64_Shdr>(header->e_shoff);
        const char *names = base + sections[header->e_shstrndx].sh_offset;
        for (int i = 0; i < header->e_shnum; i++)
            by_name[names + sections[i].sh_name] = &sections[i];
    }

    std::uintptr_t find(const std::string &wanted) const
    {
        const Elf64_Shdr *table = section(".dynsym");
        const auto *symbols = at_offset<Elf64_Sym>(table->sh_offset);
        const char *strings = base + section(".dynstr")->sh_offset;
        for (std::size_t i = 0; i < table->sh_size / table->sh_entsize; i++)
            if (wanted == strings + symbols[i].st_name)
                return reinterpret_cast<std::uintptr_t>(base) + symbols[i].st_value;
        throw std::runtime_error("no symbol " + wanted);
    }

    std::size_t count() const
    {
        return by_name.size();
    }

private:
    template <typename T> const T *at_offset(std::size_t offset) const
    {
        return reinterpret_cast<const T *>(base + offset);
    }

    const Elf64_Shdr *section(const std::string &name) const
    {
        auto found = by_name.find(name);
        if (found == by_name.end())
            throw std::runtime_error("no section " + name);
        return found->second;
    }

    const char *base;
    std::map<std::string, const Elf64_Shdr *> by_name;
};

static int
use(const Image &image)
{
    auto gettime = reinterpret_cast<int (*)(int, timespec *)>(image.find("__vdso_clock_gettime"));
    auto getres = reinterpret_cast<int (*)(int, timespec *)>(image.find("__vdso_clock_getres"));
    auto getcpu =
        reinterpret_cast<int (*)(unsigned *, void *, void *)>(image.find("__vdso_getcpu"));
    timespec a, b, c;
    unsigned cpu = 99;
    if (clock_gettime(CLOCK_MONOTONIC, &a) || gettime(CLOCK_MONOTONIC, &b) ||
        clock_gettime(CLOCK_MONOTONIC, &c) || getcpu(&cpu, nullptr, nullptr))
        throw std::runtime_error("a call failed");
    auto ns = [](const timespec &t) { return t.tv_sec * 1000000000LL + t.tv_nsec; };
    if (ns(a) > ns(b) || ns(b) > ns(c))
        throw std::runtime_error("the vDSO's time is not between libc's");
    if (getres(CLOCK_MONOTONIC, &a) || ns(a) != 1)
        throw std::runtime_error("the resolution is not 1 ns");
    std::printf("%zu sections, hart %u\nok\n", image.count(), cpu);
    return 0;
}

int
main()
{
    std::uintptr_t at = getauxval(AT_SYSINFO_EHDR);
    if (!at) {
        std::puts("no vDSO");
        return 2;
    }
    try {
        Image(at).find("__vdso_rt_sigreturn");
        try {
            Image(at).find("__vdso_no_such_function");
            return 1;
        } catch (const std::runtime_error &error) {
            std::printf("%s\n", error.what());
        }
        return use(Image(at));
    } catch (const std::exception &error) {
        std::printf("%s\n", error.what());
        return 1;
    }
}
