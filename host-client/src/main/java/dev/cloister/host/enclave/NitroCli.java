package dev.cloister.host.enclave;

import dev.cloister.cli.CommandException;
import dev.cloister.cli.ExitStatus;
import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import java.util.stream.Collectors;
import org.snakeyaml.engine.v2.api.Load;
import org.snakeyaml.engine.v2.api.LoadSettings;
import org.snakeyaml.engine.v2.exceptions.YamlEngineException;

/**
 * AWS's {@code nitro-cli}, as far as it tells which enclaves run on this parent instance. It prints JSON on stdout and
 * all else on stderr, and may fail with exit status 0, so its output must also parse.
 *
 * @param program name or path of the program
 * @param timeout how long it may take
 */
public record NitroCli(String program, Duration timeout) {
    private static final int MAX_OUTPUT = 1 << 20;

    /** The installed one. */
    public static NitroCli installed() {
        return new NitroCli("nitro-cli", Duration.ofSeconds(20));
    }

    /**
     * One enclave.
     *
     * @param cid its context id, unsigned
     * @param state such as {@code RUNNING} or {@code TERMINATING}
     */
    public record Enclave(String name, int cid, String state) {
        boolean isRunning() {
            return state.equals("RUNNING");
        }
    }

    /**
     * The enclaves of this parent instance.
     *
     * @throws CommandException when they cannot be learnt
     */
    public List<Enclave> describeEnclaves() throws CommandException {
        try {
            Process process = new ProcessBuilder(program, "describe-enclaves")
                    .redirectError(ProcessBuilder.Redirect.DISCARD)
                    .start();
            process.getOutputStream().close();
            process.onExit()
                    .orTimeout(timeout.toMillis(), TimeUnit.MILLISECONDS)
                    .exceptionally(late -> {
                        process.destroyForcibly();
                        return process;
                    });
            String json;
            try (InputStream out = process.getInputStream()) {
                json = new String(out.readNBytes(MAX_OUTPUT), StandardCharsets.UTF_8);
            }
            int status = process.waitFor();
            if (status != 0) {
                throw failed("ended with status " + status);
            }
            return parse(json);
        } catch (IOException e) {
            throw new CommandException(
                    ExitStatus.ENCLAVE_UNREACHABLE,
                    "no enclave was named, and " + program + " cannot be run to find one",
                    "pass --enclave vsock:<cid>, or set CLOISTER_ENCLAVE",
                    e);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw failed("was interrupted");
        }
    }

    /** Reads what {@code describe-enclaves} prints. Members that are not needed are not looked at. */
    List<Enclave> parse(String json) throws CommandException {
        Object document;
        try {
            // YAML 1.2 includes JSON.
            document = new Load(LoadSettings.builder().setLabel("nitro-cli").build()).loadFromString(json);
        } catch (YamlEngineException e) {
            throw failed("printed no JSON");
        }
        if (!(document instanceof List<?> items)) {
            throw failed("printed no list of enclaves");
        }
        List<Enclave> enclaves = new ArrayList<>();
        for (Object item : items) {
            if (!(item instanceof Map<?, ?> enclave)
                    || !(enclave.get("EnclaveCID") instanceof Number cid)
                    || !(enclave.get("State") instanceof String state)) {
                throw failed("printed an enclave without EnclaveCID or State");
            }
            Object name = enclave.get("EnclaveName");
            enclaves.add(new Enclave(name == null ? "?" : name.toString(), cid(cid.longValue()), state));
        }
        return enclaves;
    }

    private int cid(long cid) throws CommandException {
        if (cid < 0 || cid > 0xffff_ffffL) {
            throw failed("printed an EnclaveCID of " + cid);
        }
        return (int) cid;
    }

    private CommandException failed(String what) {
        return new CommandException(
                ExitStatus.ENCLAVE_UNREACHABLE,
                "'" + program + " describe-enclaves' " + what,
                "run it yourself to see why, or pass --enclave vsock:<cid>");
    }

    static String names(List<Enclave> enclaves) {
        return enclaves.stream()
                .map(enclave -> enclave.name() + " (vsock:" + Integer.toUnsignedString(enclave.cid()) + ")")
                .collect(Collectors.joining(", "));
    }
}
