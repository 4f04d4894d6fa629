package dev.cloister.image.build;

import dev.cloister.image.file.HostNames;
import dev.cloister.image.file.ImagePath;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.Path;
import java.nio.file.attribute.FileTime;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Random;

/** The inputs of a small image, made in an order and at times that a seed decides. */
public record Fixture(Path folder) {
    /** Makes blobs, a root filesystem and an overlay. */
    public static Fixture create(Path folder, long seed) throws IOException {
        Random random = new Random(seed);
        Fixture fixture = new Fixture(folder);
        List<IoStep> steps = new ArrayList<>(List.of(
                () -> file(folder, "blobs/bzImage", "kernel", "rw-r--r--"),
                () -> file(folder, "blobs/cmdline", "console=ttyS0\n", "rw-r--r--"),
                () -> file(folder, "blobs/init", "#!init\n", "rw-r--r--"),
                () -> file(folder, "blobs/nsm.ko", "ELFnsm", "rw-r--r--"),
                () -> file(
                        folder,
                        "blobs/bzImage.config",
                        "#\n# Automatically generated\n# Linux/x86 6.1.1 Kernel Configuration\n#\n",
                        "rw-r--r--"),
                () -> file(folder, "rootfs/bin/app", "#!/bin/sh\n", "rwxr-xr-x"),
                () -> file(folder, "rootfs/etc/naïve-ÿ", "x", "rw-r-----"),
                () -> file(folder, "rootfs/a-b", "", "r--r--r--"),
                () -> file(folder, "rootfs/a/b", "y".repeat(100_000), "rw-rw-rw-"),
                () -> link(folder, "rootfs/bin/sh", "app"),
                () -> link(folder, "rootfs/etc/ünï", "../näme"),
                () -> file(folder, "overlay/data/one", "1", seed % 2 == 0 ? "rw-r--r--" : "rw-rw-rw-"),
                () -> file(folder, "overlay/run.sh", "2", seed % 2 == 0 ? "rwxr-xr-x" : "rwx------")));
        Collections.shuffle(steps, random);
        for (IoStep step : steps) {
            step.run();
        }
        // Folders that were made on the way have the mode of this machine's umask; a root filesystem's mode counts.
        for (String name : List.of("rootfs/bin", "rootfs/etc", "rootfs/a")) {
            Files.setPosixFilePermissions(folder.resolve(name), PosixFilePermissions.fromString("rwxr-xr-x"));
        }
        Files.setLastModifiedTime(
                folder.resolve("rootfs/bin/app"), FileTime.fromMillis(random.nextInt(1_000_000_000) * 1000L));
        return fixture;
    }

    Path blobs() {
        return folder.resolve("blobs");
    }

    Path rootfs() {
        return folder.resolve("rootfs");
    }

    Path overlay() {
        return folder.resolve("overlay");
    }

    private interface IoStep {
        void run() throws IOException;
    }

    private static void file(Path folder, String name, String content, String permissions) throws IOException {
        Path file = resolve(folder, name);
        Files.writeString(file, content);
        Files.setPosixFilePermissions(file, PosixFilePermissions.fromString(permissions));
    }

    private static void link(Path folder, String name, String target) throws IOException {
        byte[] bytes = target.getBytes(StandardCharsets.UTF_8);
        Files.createSymbolicLink(resolve(folder, name), HostNames.target(ImagePath.latin1(bytes)));
    }

    private static Path resolve(Path folder, String name) throws IOException {
        Path file = HostNames.resolve(folder, ImagePath.of(name));
        if (!Files.exists(file.getParent(), LinkOption.NOFOLLOW_LINKS)) {
            Files.createDirectories(file.getParent());
        }
        return file;
    }
}
