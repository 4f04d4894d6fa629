package dev.cloister.local.rights;

import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStream;
import java.io.InputStreamReader;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/**
 * A row of the table.
 *
 * @param who one of the scenario's callers
 * @param action such as {@code kms:Decrypt}
 * @param resource one of the scenario's resources
 * @param with what the request carries, such as {@code image} and {@code tls}
 * @param isAllowed what the policies must say
 */
public record Right(String who, String action, String resource, Map<String, String> with, boolean isAllowed) {
    private static final String FILE = "rights.csv";
    private static final String HEADER = "who,action,resource,with,decision";

    public Right {
        with = Map.copyOf(with);
    }

    /** The whole table. */
    public static List<Right> table() throws IOException {
        List<Right> rights = new ArrayList<>();
        try (InputStream in = Right.class.getResourceAsStream(FILE);
                BufferedReader lines = new BufferedReader(new InputStreamReader(
                        in == null ? InputStream.nullInputStream() : in, StandardCharsets.UTF_8))) {
            if (!HEADER.equals(lines.readLine())) {
                throw new IOException(FILE + " does not begin with its header");
            }
            for (String line = lines.readLine(); line != null; line = lines.readLine()) {
                rights.add(parse(line));
            }
        }
        return rights;
    }

    private static Right parse(String line) throws IOException {
        String[] fields = line.split(",", -1);
        if (fields.length != 5 || !(fields[4].equals("allow") || fields[4].equals("deny"))) {
            throw new IOException("not a row of " + FILE + ": " + line);
        }
        Map<String, String> with = new LinkedHashMap<>();
        for (String one : fields[3].isEmpty() ? new String[0] : fields[3].split(" ", -1)) {
            int equals = one.indexOf('=');
            if (equals < 1 || with.put(one.substring(0, equals), one.substring(equals + 1)) != null) {
                throw new IOException("not a row of " + FILE + ": " + line);
            }
        }
        return new Right(fields[0], fields[1], fields[2], with, fields[4].equals("allow"));
    }
}
