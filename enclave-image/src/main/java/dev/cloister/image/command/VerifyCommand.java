package dev.cloister.image.command;

import dev.cloister.cli.CommandException;
import dev.cloister.cli.ExitStatus;
import dev.cloister.cli.Json;
import dev.cloister.cli.Printable;
import dev.cloister.image.eif.EifFile;
import dev.cloister.image.eif.EifSignature;
import dev.cloister.image.eif.Measurements;
import dev.cloister.image.eif.Pcr;
import dev.cloister.image.file.FormatException;
import dev.cloister.image.inspect.Rebuild;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

@Command(
        name = "verify",
        description = "Build an image again from what its build's summary recorded and compare, or compare it with the "
                + "registers it should have. Ends with 1 and says what differs.",
        sortOptions = false)
final class VerifyCommand extends Task {
    @Parameters(paramLabel = "IMAGE", description = "The image.")
    Path image = Path.of("");

    @Option(
            names = "--summary",
            paramLabel = "FILE",
            description = "The summary of its build [without registers: IMAGE.summary.json].")
    @Nullable
    Path summary;

    @Option(names = "--pcr0", paramLabel = "HEX", description = "The PCR0 it should have.")
    @Nullable
    String pcr0;

    @Option(names = "--pcr1", paramLabel = "HEX", description = "The PCR1 it should have.")
    @Nullable
    String pcr1;

    @Option(names = "--pcr2", paramLabel = "HEX", description = "The PCR2 it should have.")
    @Nullable
    String pcr2;

    @Option(names = "--pcr8", paramLabel = "HEX", description = "The PCR8 it should have: its signer's.")
    @Nullable
    String pcr8;

    private final List<String> faults = new ArrayList<>();

    @Override
    void execute() throws CommandException, FormatException, IOException {
        Map<String, Pcr> expected = expected();
        Path recorded = summary != null ? summary : image.resolveSibling(image.getFileName() + ".summary.json");
        boolean isRebuilt = summary != null || (expected.isEmpty() && Files.exists(recorded));
        if (expected.isEmpty() && !isRebuilt) {
            throw new CommandException(
                    ExitStatus.USAGE,
                    "nothing to compare with: no registers, and no summary at " + recorded,
                    "give --pcr0, or the summary of the build with --summary");
        }
        Measurements measurements = measure();
        Map<String, String> actual = measurements.toMap();
        expected.forEach((name, value) -> {
            String found = actual.getOrDefault(name, "absent");
            if (!value.hex().equals(found)) {
                faults.add(name + " is " + found + ", not " + value);
            }
        });
        if (isRebuilt) {
            rebuild(recorded);
        }
        print(actual);
    }

    private void rebuild(Path recorded) throws FormatException, IOException {
        Rebuild rebuild = Rebuild.of(image, recorded);
        for (String input : rebuild.changedInputs()) {
            faults.add("not what the summary says: " + input);
        }
        if (!rebuild.registers().isEmpty()) {
            faults.add("built again it has another " + String.join(", ", rebuild.registers()));
            rebuild.causes().forEach(cause -> faults.add(cause.line()));
        }
    }

    @Override
    int status() {
        return faults.isEmpty() ? ExitStatus.DONE.code() : ExitStatus.FAILED.code();
    }

    private Map<String, Pcr> expected() throws CommandException {
        Map<String, @Nullable String> given = new LinkedHashMap<>();
        given.put("PCR0", pcr0);
        given.put("PCR1", pcr1);
        given.put("PCR2", pcr2);
        given.put("PCR8", pcr8);
        Map<String, Pcr> expected = new LinkedHashMap<>();
        for (Map.Entry<String, @Nullable String> register : given.entrySet()) {
            String hex = register.getValue();
            if (hex != null) {
                expected.put(register.getKey(), parse(hex));
            }
        }
        return expected;
    }

    private static Pcr parse(String hex) throws CommandException {
        try {
            return Pcr.parse(hex);
        } catch (IllegalArgumentException e) {
            throw new CommandException(ExitStatus.USAGE, String.valueOf(e.getMessage()), null, e);
        }
    }

    private Measurements measure() throws FormatException, IOException {
        try (EifFile eif = EifFile.open(image)) {
            Measurements measurements = eif.measure();
            if (eif.isSigned()) {
                EifSignature signature = eif.signature();
                if (!signature.signs(measurements.pcr0())) {
                    faults.add("its signature is not over its PCR0");
                }
            }
            return measurements;
        }
    }

    private void print(Map<String, String> actual) {
        if (common.json()) {
            Map<String, Object> map = new LinkedHashMap<>();
            map.put("Verified", faults.isEmpty());
            map.put("Faults", faults);
            map.put("Measurements", actual);
            System.out.println(Json.write(map));
            return;
        }
        faults.forEach(fault -> System.out.println(Printable.of(fault)));
        System.out.println(faults.isEmpty() ? "the image is as expected" : "the image is NOT as expected");
    }
}
