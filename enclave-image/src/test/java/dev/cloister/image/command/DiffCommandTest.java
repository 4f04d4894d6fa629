package dev.cloister.image.command;

import static org.assertj.core.api.Assertions.assertThat;

import dev.cloister.image.Commands;
import dev.cloister.image.Vectors;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

class DiffCommandTest {
    @TempDir
    Path folder;

    private Path blobs;
    private Path rootfs;
    private Path before;

    @BeforeEach
    void buildOne() throws Exception {
        blobs = Files.createDirectories(folder.resolve("blobs"));
        Files.writeString(blobs.resolve("bzImage"), "kernel");
        Files.writeString(blobs.resolve("cmdline"), "console=ttyS0");
        Files.writeString(blobs.resolve("init"), "init");
        rootfs = folder.resolve("rootfs");
        file("bin/app", "#!/bin/sh\n");
        file("etc/motd", "127.0.0.1 localhost\n");
        Files.createSymbolicLink(rootfs.resolve("bin/sh"), Path.of("app"));
        before = build("before.eif");
    }

    @Test
    void modeOfOneFile_isNamed() throws Exception {
        Files.setPosixFilePermissions(rootfs.resolve("bin/app"), PosixFilePermissions.fromString("rwxr-xr--"));
        Commands diff = diff(build("after.eif"));
        assertThat(diff.status()).isEqualTo(1);
        assertThat(diff.out())
                .isEqualTo("rootfs/bin/app: mode 0755 -> 0754 (PCR0, PCR2)\ndifferent registers: PCR0, PCR2\n");
    }

    @Test
    void everyKindOfChange_isNamedWithItsRegisters() throws Exception {
        file("etc/motd", "127.0.0.1 localhosT\n");
        file("etc/new", "x");
        Files.delete(rootfs.resolve("bin/sh"));
        Files.createSymbolicLink(rootfs.resolve("bin/sh"), Path.of("busybox"));
        Path after = build("after.eif", "--env", "DEBUG=1");
        assertThat(diff(after).out())
                .contains(
                        "rootfs/etc/motd: content from byte 18 on, 20 bytes -> 20 bytes (PCR0, PCR2)",
                        "rootfs/etc/new: only in the second: file 0644, 1 bytes (PCR0, PCR2)",
                        "rootfs/bin/sh: link target app -> busybox (PCR0, PCR2)",
                        "env: line only in the second: DEBUG=1 (PCR0, PCR2)",
                        "different registers: PCR0, PCR2");
        JsonNode json = JsonMapper.shared()
                .readTree(Commands.run(new ImageCommand(), "diff", after.toString(), before.toString(), "--json")
                        .out());
        assertThat(json.path("MeasuresTheSame").asBoolean()).isFalse();
        assertThat(json.path("Registers").toString()).isEqualTo("[\"PCR0\",\"PCR2\"]");
        assertThat(json.path("Differences").toString()).contains("only in the first: file 0644");
    }

    @Test
    void bootParts_areNamedWithPcr1() throws Exception {
        Files.writeString(blobs.resolve("cmdline"), "console=ttyS0 debug");
        Files.writeString(blobs.resolve("bzImage"), "kerneL");
        Files.writeString(blobs.resolve("init"), "other init");
        assertThat(diff(build("after.eif")).out())
                .contains(
                        "kernel: content from byte 5 on, 6 bytes -> 6 bytes (PCR0, PCR1)",
                        "cmdline: is 'console=ttyS0' -> 'console=ttyS0 debug' (PCR0, PCR1)",
                        "ramdisk 0: init: content from byte 0 on, 4 bytes -> 10 bytes (PCR0, PCR1)",
                        "different registers: PCR0, PCR1\n");
    }

    @Test
    void onlyUnmeasuredParts_areSaidToBeThat() throws Exception {
        Commands diff = diff(build("after.eif", "--name", "another"));
        assertThat(diff.status()).isZero();
        assertThat(diff.out())
                .contains("metadata ImageName: is \"enclave\" -> \"another\" (not measured)")
                .endsWith("the images measure the same; only parts that are not measured differ\n");
    }

    @Test
    void equalImages_areSaidToBeEqual() throws Exception {
        Commands diff = diff(build("after.eif"));
        assertThat(diff.status()).isZero();
        assertThat(diff.out()).isEqualTo("the images are equal\n");
    }

    @Test
    void ramdisksThatAreNoArchives_areComparedAsBytes() {
        Path vectors = Vectors.folder("eif");
        Commands diff = Commands.run(
                new ImageCommand(),
                "diff",
                vectors.resolve("one-ramdisk.eif").toString(),
                vectors.resolve("two-ramdisks.eif").toString());
        assertThat(diff.status()).isEqualTo(1);
        assertThat(diff.out())
                .contains("ramdisk 1: only in the second (PCR0, PCR2)", "different registers: PCR0, PCR2");
        Commands signed = Commands.run(
                new ImageCommand(),
                "diff",
                vectors.resolve("two-ramdisks.eif").toString(),
                vectors.resolve("signed.eif").toString());
        assertThat(signed.out()).contains("signature: only in the second (PCR8)", "different registers: PCR8");
    }

    private void file(String name, String content) throws Exception {
        Path file = rootfs.resolve(name);
        Files.createDirectories(file.getParent());
        Files.setPosixFilePermissions(file.getParent(), PosixFilePermissions.fromString("rwxr-xr-x"));
        Files.writeString(file, content);
        String permissions = name.startsWith("bin/") ? "rwxr-xr-x" : "rw-r--r--";
        Files.setPosixFilePermissions(file, PosixFilePermissions.fromString(permissions));
    }

    private Path build(String name, String... options) {
        Path image = folder.resolve(name);
        List<String> words =
                new ArrayList<>(List.of("build", "--blobs", blobs.toString(), "--rootfs", rootfs.toString()));
        words.addAll(List.of("--cmd", "/bin/app", "-o", image.toString()));
        words.addAll(List.of(options));
        Commands built = Commands.run(new ImageCommand(), words.toArray(String[]::new));
        assertThat(built.status()).as(built.err()).isZero();
        return image;
    }

    private Commands diff(Path after) {
        return Commands.run(new ImageCommand(), "diff", before.toString(), after.toString());
    }
}
