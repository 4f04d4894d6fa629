package dev.cloister.image.inspect;

import dev.cloister.image.eif.EifCheck;
import dev.cloister.image.eif.EifFile;
import dev.cloister.image.eif.EifHeader;
import dev.cloister.image.eif.EifSection;
import dev.cloister.image.eif.Measurements;
import dev.cloister.image.eif.SectionType;
import dev.cloister.image.file.FileRegion;
import dev.cloister.image.file.FormatException;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.Set;
import java.util.TreeSet;
import tools.jackson.databind.JsonNode;

/**
 * What tells two images apart. Contents are compared as streams; names of files are held in memory, at most some hundred
 * thousand.
 *
 * @param registers names of the registers that differ
 * @param differences the first ones, in the order of the file
 * @param count of all differences
 */
public record ImageDiff(List<String> registers, List<Difference> differences, long count) {
    private static final int MAX_COMMAND_LINE = 4096;

    /** Compares two images. */
    public static ImageDiff of(EifFile before, EifFile after) throws IOException, FormatException {
        Differences differences = new Differences();
        EifCheck one = before.check();
        EifCheck two = after.check();
        compareChecksum("first image", one, differences);
        compareChecksum("second image", two, differences);
        compareHeaders(before.header(), after.header(), differences);
        compareSections(before, after, differences);
        compareRamdisks(before.ramdisks(), after.ramdisks(), differences);
        compareMetadata(before, after, differences);
        compareSignatures(before, after, differences);
        if (differences.isEmpty() && !kinds(before).equals(kinds(after))) {
            add(
                    differences,
                    "sections",
                    "order",
                    kinds(before).toString(),
                    kinds(after).toString());
        }
        return new ImageDiff(
                registers(one.measurements(), two.measurements()), differences.named(), differences.count());
    }

    /** Whether an enclave can tell the two apart. */
    public boolean measuresTheSame() {
        return registers.isEmpty();
    }

    private static List<String> registers(Measurements one, Measurements two) {
        Map<String, String> left = new LinkedHashMap<>(one.toMap());
        Map<String, String> right = new LinkedHashMap<>(two.toMap());
        Set<String> names = new TreeSet<>(left.keySet());
        names.addAll(right.keySet());
        return names.stream()
                .filter(name -> !Objects.equals(left.get(name), right.get(name)))
                .toList();
    }

    private static void compareChecksum(String which, EifCheck check, Differences differences) {
        if (!check.crcMatches()) {
            add(differences, which, "its checksum is wrong: the file was changed", "", "");
        }
    }

    private static void compareHeaders(EifHeader one, EifHeader two, Differences differences) {
        addUnlessEqual(
                differences,
                "header",
                "architecture",
                one.architecture().label(),
                two.architecture().label());
        addUnlessEqual(differences, "header", "memory hint", "" + one.defaultMemory(), "" + two.defaultMemory());
        addUnlessEqual(differences, "header", "processor hint", "" + one.defaultCpus(), "" + two.defaultCpus());
    }

    private static void compareSections(EifFile before, EifFile after, Differences differences) throws IOException {
        List<String> all = List.of("PCR0", "PCR1");
        FileRegion one = data(before, SectionType.KERNEL);
        FileRegion two = data(after, SectionType.KERNEL);
        long at = Regions.firstDifference(one, two);
        if (at >= 0) {
            differences.add(new Difference(
                    "kernel", "content from byte " + at + " on,", one.size() + " bytes", two.size() + " bytes", all));
        }
        String left = text(data(before, SectionType.CMDLINE));
        String right = text(data(after, SectionType.CMDLINE));
        if (!left.equals(right)) {
            differences.add(new Difference("cmdline", "is", "'" + left + "'", "'" + right + "'", all));
        }
    }

    private static void compareRamdisks(List<FileRegion> before, List<FileRegion> after, Differences differences)
            throws IOException {
        for (int i = 0; i < Math.max(before.size(), after.size()); i++) {
            List<String> registers = List.of("PCR0", i == 0 ? "PCR1" : "PCR2");
            String name = "ramdisk " + i;
            if (i >= before.size() || i >= after.size()) {
                String where = i >= before.size() ? "only in the second" : "only in the first";
                differences.add(new Difference(name, where, "", "", registers));
            } else if (!Regions.areEqual(before.get(i), after.get(i))) {
                // Paths below rootfs/ tell the application's ramdisk by themselves.
                String prefix = i == 1 ? "" : name + ": ";
                new RamdiskDiff(differences, prefix, registers).compare(name, before.get(i), after.get(i));
            }
        }
    }

    private static void compareMetadata(EifFile before, EifFile after, Differences differences)
            throws IOException, FormatException {
        compareJson("metadata", before.metadata().json(), after.metadata().json(), differences);
    }

    private static void compareJson(String place, JsonNode one, JsonNode two, Differences differences) {
        if (one.isObject() && two.isObject()) {
            Set<String> names = new TreeSet<>(one.propertyNames());
            names.addAll(two.propertyNames());
            names.forEach(name -> compareJson(place + " " + name, one.path(name), two.path(name), differences));
        } else if (!one.equals(two)) {
            add(differences, place, "is", shorten(one), shorten(two));
        }
    }

    private static void compareSignatures(EifFile before, EifFile after, Differences differences)
            throws IOException, FormatException {
        List<String> signer = List.of("PCR8");
        if (before.isSigned() != after.isSigned()) {
            differences.add(new Difference(
                    "signature", before.isSigned() ? "only in the first" : "only in the second", "", "", signer));
        } else if (before.isSigned()) {
            FileRegion one = data(before, SectionType.SIGNATURE);
            FileRegion two = data(after, SectionType.SIGNATURE);
            boolean isSameSigner =
                    before.signature().certificate().equals(after.signature().certificate());
            if (!isSameSigner) {
                String left = before.signature()
                        .certificate()
                        .getSubjectX500Principal()
                        .toString();
                String right = after.signature()
                        .certificate()
                        .getSubjectX500Principal()
                        .toString();
                differences.add(new Difference("signature", "another certificate:", left, right, signer));
            } else if (!Regions.areEqual(one, two)) {
                add(differences, "signature", "by the same certificate, but not the same bytes", "", "");
            }
        }
    }

    private static List<SectionType> kinds(EifFile image) {
        return image.sections().stream().map(EifSection::type).toList();
    }

    private static FileRegion data(EifFile image, SectionType type) {
        Optional<FileRegion> found = image.sections().stream()
                .filter(section -> section.type() == type)
                .map(section -> (FileRegion) section.data())
                .findFirst();
        return found.orElseThrow(() -> new IllegalStateException("an image without " + type.label()));
    }

    private static String text(FileRegion region) throws IOException {
        return new String(region.readAll(MAX_COMMAND_LINE), StandardCharsets.UTF_8);
    }

    private static String shorten(JsonNode json) {
        String text = json.isMissingNode() ? "absent" : json.toString();
        return text.length() <= 200 ? text : text.substring(0, 200) + "…";
    }

    private static void addUnlessEqual(Differences differences, String place, String what, String one, String two) {
        if (!one.equals(two)) {
            add(differences, place, what, one, two);
        }
    }

    /** Something that no register holds. */
    private static void add(Differences differences, String place, String what, String before, String after) {
        differences.add(new Difference(place, what, before, after, List.of()));
    }
}
