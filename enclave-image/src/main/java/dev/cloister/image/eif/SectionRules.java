package dev.cloister.image.eif;

import dev.cloister.image.file.FormatException;
import java.util.EnumMap;
import java.util.List;
import java.util.Map;

/** Which sections make an image, in which order and of which size; the same for reading and writing. */
final class SectionRules {
    private SectionRules() {}

    static void check(List<EifSection> sections) throws FormatException {
        if (sections.size() > EifFormat.MAX_SECTIONS) {
            throw new FormatException("eif: more than " + EifFormat.MAX_SECTIONS + " sections");
        }
        Map<SectionType, Integer> count = new EnumMap<>(SectionType.class);
        for (EifSection section : sections) {
            checkOrder(section.type(), count);
            count.merge(section.type(), 1, Integer::sum);
            checkSize(section);
        }
        for (SectionType type : List.of(SectionType.KERNEL, SectionType.CMDLINE, SectionType.METADATA)) {
            demand(count.getOrDefault(type, 0) == 1, "not exactly one " + type.label() + " section");
        }
        demand(count.containsKey(SectionType.RAMDISK), "no ramdisk section");
    }

    private static void checkOrder(SectionType type, Map<SectionType, Integer> before) throws FormatException {
        demand(type == SectionType.KERNEL || before.containsKey(SectionType.KERNEL), "the kernel is not first");
        demand(!before.containsKey(SectionType.SIGNATURE), "a section after the signature");
        // Registers are computed in file order, so a late command line would mean other values to other readers.
        demand(
                type != SectionType.CMDLINE || !before.containsKey(SectionType.RAMDISK),
                "the command line comes after a ramdisk");
        demand(type == SectionType.RAMDISK || !before.containsKey(type), "more than one " + type.label() + " section");
    }

    private static void checkSize(EifSection section) throws FormatException {
        long size = section.data().size();
        SectionType type = section.type();
        demand(size <= type.maxSize(), "a " + type.label() + " section of " + size + " bytes");
        demand(size > 0 || type == SectionType.CMDLINE, "an empty " + type.label() + " section");
    }

    private static void demand(boolean holds, String fault) throws FormatException {
        if (!holds) {
            throw new FormatException("eif: " + fault);
        }
    }
}
