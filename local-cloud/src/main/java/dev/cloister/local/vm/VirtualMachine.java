package dev.cloister.local.vm;

import dev.cloister.image.eif.Measurements;
import dev.cloister.image.file.FormatException;
import dev.cloister.local.enclave.Enclave;
import dev.cloister.local.enclave.Folders;
import dev.cloister.local.enclave.Modules;
import dev.cloister.local.enclave.NsmServer;
import dev.cloister.local.enclave.ParentInstance;
import dev.cloister.local.nsm.LocalAttestationAuthority;
import dev.cloister.protocol.channel.Address;
import dev.cloister.protocol.channel.EnclaveAddress;
import dev.cloister.protocol.frame.Hello;
import dev.cloister.protocol.run.Run;
import dev.cloister.protocol.sync.Sync;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;

/**
 * An enclave in a virtual machine: QEMU boots the image's own kernel, init and ramdisks, and the program inside talks
 * AF_VSOCK. Outside it is found like any local enclave, in a folder of unix sockets; its security module is one of this
 * process, on port 9001 of the parent.
 *
 * <p>It protects no more than a local enclave does: root on this machine can read the guest's memory.
 */
public final class VirtualMachine implements Enclave {
    /** Of the parent instance, where the init of images for this points the program to its security module. */
    static final int NSM_PORT = 9001;

    /** The guest's context id; each machine is alone with its parent, so all have the same. */
    private static final long GUEST_CID = 16;

    /** How long the console of a machine that has not reported yet may say nothing before it counts as stuck. */
    private static final Duration SILENCE = Duration.ofSeconds(60);

    /** From the init's report to services that answer: two Java runtimes start, perhaps under translation. */
    private static final Duration SERVICES_LIMIT = Duration.ofMinutes(6);

    /** How long a service may take for its first word. */
    private static final Duration GREETING = Duration.ofMinutes(1);

    private static final Duration PROBE = Duration.ofMillis(50);

    private final Path folder;
    private final BootFiles boot;
    private final MachineSize size;
    private final MachineConsole console;
    private final EnclaveAddress.Folder address;
    private final GuestPorts ports;
    private @Nullable NsmServer module;
    private @Nullable Heartbeat heartbeat;
    private @Nullable VsockDevice device;
    private @Nullable VhostUserBackend backend;
    private @Nullable Qemu qemu;

    private VirtualMachine(Path folder, BootFiles boot, MachineSize size, EnclaveAddress.Folder address) {
        this.folder = folder;
        this.boot = boot;
        this.size = size;
        this.address = address;
        this.console = new MachineConsole(folder.resolve("console.log"));
        this.ports = new GuestPorts(address);
    }

    /**
     * Boots a machine and waits until its services answer.
     *
     * @param image an EIF
     * @param folder for the machine's files, not there yet; its path must be short, since unix sockets lie in it
     * @param parent what registers 3 and 4 are derived from
     * @param authority signs what the security module vouches for
     * @throws FormatException when the image breaks the format's rules
     * @throws IOException when it does not start; the message gives the end of its console
     */
    public static VirtualMachine start(
            Path image, Path folder, MachineSize size, ParentInstance parent, LocalAttestationAuthority authority)
            throws IOException, FormatException {
        Files.createDirectories(
                folder, PosixFilePermissions.asFileAttribute(PosixFilePermissions.fromString("rwx------")));
        VirtualMachine machine = null;
        try {
            BootFiles boot = BootFiles.extract(image, folder);
            Path platform = Files.createDirectory(folder.resolve("platform"));
            machine = new VirtualMachine(folder, boot, size, new EnclaveAddress.Folder(platform));
            machine.module = NsmServer.start(
                    machine.address.parentPort(NSM_PORT), Modules.of(boot.measurements(), parent, authority));
            machine.bootOnSomething();
            machine.awaitServices();
            return machine;
        } catch (IOException | FormatException | RuntimeException e) {
            if (machine == null) {
                Folders.delete(folder);
            } else {
                machine.close();
            }
            throw e;
        }
    }

    /** In hardware where that works; a machine that hangs before anything of it runs gets a second chance. */
    private void bootOnSomething() throws IOException {
        List<Accelerator> attempts = Files.exists(Path.of("/dev/kvm"))
                ? List.of(Accelerator.KVM, Accelerator.TCG, Accelerator.TCG)
                : List.of(Accelerator.TCG, Accelerator.TCG);
        for (int i = 0; i < attempts.size(); i++) {
            Accelerator accelerator = attempts.get(i);
            power(accelerator);
            String fault = awaitHeartbeat(accelerator);
            if (fault == null) {
                return;
            }
            boolean isStuck = isRunning();
            powerOff();
            if (i == attempts.size() - 1 || (accelerator == Accelerator.TCG && !isStuck)) {
                throw new IOException("the machine did not boot: " + fault + ": " + console.end());
            }
        }
    }

    private synchronized void power(Accelerator accelerator) throws IOException {
        Path socket = folder.resolve("vhost.sock");
        heartbeat = Heartbeat.listen(address.parentPort(Address.HEARTBEAT_PORT));
        device = new VsockDevice(GUEST_CID, ports::connectParent);
        backend = VhostUserBackend.start(socket, device, fault -> System.err.println("cloister: warning: " + fault));
        qemu = Qemu.start(boot, folder, socket, size.memoryMib(boot.size()), size.cpus(), accelerator);
        console.read(qemu.output());
    }

    /** Returns null once the init has reported, or else why it will not. */
    private @Nullable String awaitHeartbeat(Accelerator accelerator) throws IOException {
        long deadline = System.nanoTime() + accelerator.heartbeatLimit().toNanos();
        while (heartbeat != null && !heartbeat.isSeen()) {
            if (!isRunning()) {
                return "it ended before its init reported";
            }
            if (console.silence() > SILENCE.toNanos()) {
                return "its console stood still for " + SILENCE.toSeconds() + " s";
            }
            if (System.nanoTime() > deadline) {
                return "its init did not report within "
                        + accelerator.heartbeatLimit().toSeconds() + " s";
            }
            pause();
        }
        return null;
    }

    private void awaitServices() throws IOException {
        VsockDevice guest = device;
        if (guest == null) {
            throw new IllegalStateException("not powered");
        }
        long deadline = System.nanoTime() + SERVICES_LIMIT.toNanos();
        for (int port : List.of(Address.SYNC_PORT, Address.RUN_PORT)) {
            ports.offer(guest, port);
        }
        while (!ports.greets(Address.SYNC_PORT, Hello.Service.SYNC, Sync.VERSION, GREETING)
                || !ports.greets(Address.RUN_PORT, Hello.Service.RUN, Run.VERSION, GREETING)) {
            pauseUntil(deadline);
        }
    }

    private void pauseUntil(long deadline) throws IOException {
        if (!isRunning() || System.nanoTime() > deadline) {
            throw new IOException("the enclave did not start: " + console.end());
        }
        pause();
    }

    private static void pause() throws IOException {
        try {
            TimeUnit.MILLISECONDS.sleep(PROBE.toMillis());
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new IOException("interrupted while a machine started", e);
        }
    }

    private boolean isRunning() {
        return qemu != null && qemu.isAlive();
    }

    @Override
    public EnclaveAddress address() {
        return address;
    }

    @Override
    public Measurements measurements() {
        return boot.measurements();
    }

    @Override
    public boolean isAlive() {
        return isRunning();
    }

    @Override
    public void await() throws InterruptedException {
        Qemu running = qemu;
        if (running != null) {
            running.await();
        }
    }

    private synchronized void powerOff() throws IOException {
        if (qemu != null) {
            qemu.close();
        }
        if (backend != null) {
            backend.close();
            backend = null;
        }
        if (heartbeat != null) {
            heartbeat.close();
        }
    }

    @Override
    public synchronized void close() throws IOException {
        ports.close();
        powerOff();
        if (module != null) {
            module.close();
        }
        Folders.delete(folder);
    }
}
