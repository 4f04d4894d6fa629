package dev.cloister.local.vm;

import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.math.BigDecimal;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import java.util.Optional;
import java.util.concurrent.TimeUnit;

/**
 * QEMU's {@code microvm} under {@code machine.sh}, which ends it when this process ends, however that happens. Needs
 * Debian's {@code qemu-system-x86} and {@code util-linux}.
 */
final class Qemu implements AutoCloseable {
    private static final Path PROGRAM = Path.of("/usr/bin/qemu-system-x86_64");
    private static final Path PROCESSORS = Path.of("/proc/cpuinfo");
    private static final int PATIENCE_SECONDS = 20;

    private final Process guard;

    private Qemu(Process guard) {
        this.guard = guard;
    }

    /**
     * Starts a machine.
     *
     * @param folder of the machine's files, removed by the guard should this process be gone
     * @param vsock where a {@link VhostUserBackend} listens
     * @throws IOException when there is no QEMU on this machine
     */
    static Qemu start(BootFiles boot, Path folder, Path vsock, int memoryMib, int cpus, Accelerator accelerator)
            throws IOException {
        if (!Files.isExecutable(PROGRAM)) {
            throw new IOException("there is no " + PROGRAM + "; Debian's package is qemu-system-x86");
        }
        List<String> command = new ArrayList<>(List.of("/bin/sh", "-c", script(), "machine"));
        command.add(folder.toString());
        command.addAll(arguments(boot, vsock, memoryMib, cpus, accelerator));
        return new Qemu(new ProcessBuilder(command).redirectErrorStream(true).start());
    }

    private static List<String> arguments(BootFiles boot, Path vsock, int memoryMib, int cpus, Accelerator accelerator)
            throws IOException {
        List<String> command = new ArrayList<>(List.of(PROGRAM.toString(), "-nodefaults", "-no-user-config"));
        command.addAll(List.of("-sandbox", "on,obsolete=deny,elevateprivileges=deny,spawn=deny,resourcecontrol=deny"));
        command.addAll(List.of("-display", "none", "-monitor", "none", "-no-reboot"));
        command.addAll(List.of("-M", "microvm,memory-backend=memory", "-accel", accelerator.word()));
        // Its slots for devices speak the draft of virtio unless they are told otherwise.
        command.addAll(List.of("-global", "virtio-mmio.force-legacy=false"));
        // The model's cmpxchg16b is broken under translation.
        command.addAll(List.of("-cpu", "max,-cx16", "-smp", Integer.toString(cpus), "-m", memoryMib + "M"));
        command.addAll(List.of("-object", "memory-backend-memfd,id=memory,share=on,size=" + memoryMib + "M"));
        command.addAll(List.of("-kernel", option(boot.kernel()), "-initrd", option(boot.ramdisks())));
        command.addAll(List.of("-append", boot.commandLine() + platform()));
        command.addAll(List.of("-chardev", "socket,id=vsock,path=" + option(vsock)));
        command.addAll(List.of("-device", "vhost-user-vsock-device,chardev=vsock"));
        command.addAll(List.of("-chardev", "stdio,id=console,signal=off", "-serial", "chardev:console"));
        return command;
    }

    /** A path within an option of QEMU's, where a comma ends a value. */
    private static String option(Path path) {
        return path.toString().replace(",", ",,");
    }

    /**
     * What the kernel has to be told of this kind of machine; the host's word, as the clock itself is, and not measured.
     * What it would have to find out by measuring goes wrong where processors are translated: one boot in five stands
     * still. And there is no keyboard controller to restart the machine by, as AWS's command line wants it: the kernel
     * would end up in the firmware, with no reset that QEMU could see.
     */
    private static String platform() throws IOException {
        Optional<BigDecimal> mhz = Files.readAllLines(PROCESSORS, StandardCharsets.ISO_8859_1).stream()
                .filter(line -> line.matches("cpu MHz\\s*:\\s*[0-9]+\\.[0-9]+"))
                .map(line ->
                        new BigDecimal(line.substring(line.indexOf(':') + 1).strip()))
                .findFirst();
        return " reboot=t no_timer_check"
                + mhz.map(value -> " tsc_early_khz=" + value.movePointRight(3).longValue())
                        .orElse("");
    }

    private static String script() throws IOException {
        try (InputStream in = Objects.requireNonNull(Qemu.class.getResourceAsStream("machine.sh"))) {
            return new String(in.readAllBytes(), StandardCharsets.UTF_8);
        }
    }

    /** What the machine's serial line and QEMU itself say. */
    InputStream output() {
        return guard.getInputStream();
    }

    boolean isAlive() {
        return guard.isAlive();
    }

    void await() throws InterruptedException {
        guard.waitFor();
    }

    /** Ends the machine at once and waits until it is gone. */
    @Override
    public void close() {
        try (OutputStream word = guard.getOutputStream()) {
            word.write('\n');
        } catch (IOException ended) {
            // By itself, so it needs no word.
        }
        boolean isInterrupted = false;
        while (guard.isAlive()) {
            try {
                if (!guard.waitFor(PATIENCE_SECONDS, TimeUnit.SECONDS)) {
                    guard.destroyForcibly();
                }
            } catch (InterruptedException e) {
                isInterrupted = true;
            }
        }
        if (isInterrupted) {
            Thread.currentThread().interrupt();
        }
    }
}
