package dev.cloister.image.launch;

import dev.cloister.image.file.FormatException;
import dev.cloister.image.rootfs.PathLookup;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import java.util.TreeSet;

/** The image's own {@code /etc/passwd} and {@code /etc/group}; lines that are none of theirs are passed over. */
public final class UserDatabase {
    private static final int MAX_FILE = 1 << 20;
    private static final int MAX_GROUPS = 1024;

    private final List<User> users = new ArrayList<>();
    private final List<Group> groups = new ArrayList<>();

    private record User(String name, int uid, int gid, String home) {}

    private record Group(String name, int gid, List<String> members) {}

    /** Reads both files, as far as they exist. */
    public static UserDatabase of(PathLookup files) throws IOException, FormatException {
        UserDatabase database = new UserDatabase();
        for (String[] fields : lines(files, "/etc/passwd")) {
            Optional<Integer> uid = number(field(fields, 2));
            Optional<Integer> gid = number(field(fields, 3));
            if (uid.isPresent() && gid.isPresent()) {
                database.users.add(new User(fields[0], uid.get(), gid.get(), field(fields, 5)));
            }
        }
        for (String[] fields : lines(files, "/etc/group")) {
            number(field(fields, 2))
                    .ifPresent(gid -> database.groups.add(new Group(
                            fields[0], gid, Arrays.asList(field(fields, 3).split(",")))));
        }
        return database;
    }

    private static List<String[]> lines(PathLookup files, String path) throws IOException, FormatException {
        Optional<byte[]> content = files.read(path, MAX_FILE);
        if (content.isEmpty()) {
            return List.of();
        }
        return new String(content.get(), StandardCharsets.UTF_8)
                .lines()
                .filter(line -> line.indexOf(':') > 0 && !line.startsWith("#"))
                .map(line -> line.split(":", -1))
                .toList();
    }

    private static String field(String[] fields, int index) {
        return index < fields.length ? fields[index] : "";
    }

    /**
     * Whom a container image's USER means: {@code NAME}, {@code NUMBER}, and either with {@code :GROUP}. A name wins
     * over a number; a number need not be in the files. Supplementary groups are those that list the user, unless a
     * group is given.
     *
     * @throws FormatException when a name is in neither file
     */
    public Account resolve(String spelled) throws FormatException {
        int colon = spelled.indexOf(':');
        String userName = colon < 0 ? spelled : spelled.substring(0, colon);
        String groupName = colon < 0 ? "" : spelled.substring(colon + 1);
        User user = user(userName.isEmpty() ? "0" : userName);
        if (!groupName.isEmpty()) {
            int gid = group(groupName);
            return new Account(user.uid, gid, List.of(gid), home(user));
        }
        TreeSet<Integer> ids = new TreeSet<>(List.of(user.gid));
        if (!user.name.isEmpty()) {
            groups.stream().filter(group -> group.members.contains(user.name)).forEach(group -> ids.add(group.gid));
        }
        if (ids.size() > MAX_GROUPS) {
            throw new FormatException(
                    "image: the user '" + printable(userName) + "' is in more than " + MAX_GROUPS + " groups");
        }
        return new Account(user.uid, user.gid, List.copyOf(ids), home(user));
    }

    private static String home(User user) {
        return user.home.isEmpty() ? "/" : user.home;
    }

    private User user(String name) throws FormatException {
        Optional<Integer> number = number(name);
        Optional<User> known = users.stream()
                .filter(user -> user.name.equals(name))
                .findFirst()
                .or(() -> users.stream()
                        .filter(user -> number.isPresent() && user.uid == number.get())
                        .findFirst());
        if (known.isEmpty() && number.isEmpty()) {
            throw new FormatException("image: no user '" + printable(name) + "' in /etc/passwd");
        }
        return known.orElseGet(() -> new User("", number.orElseThrow(), 0, "/"));
    }

    private int group(String name) throws FormatException {
        Optional<Integer> number = number(name);
        Optional<Integer> known = groups.stream()
                .filter(group -> group.name.equals(name))
                .map(Group::gid)
                .findFirst()
                .or(() -> number);
        if (known.isEmpty()) {
            throw new FormatException("image: no group '" + printable(name) + "' in /etc/group");
        }
        return known.get();
    }

    private static Optional<Integer> number(String text) {
        if (!text.matches("[0-9]{1,10}")) {
            return Optional.empty();
        }
        long value = Long.parseLong(text);
        return value <= Integer.MAX_VALUE ? Optional.of((int) value) : Optional.empty();
    }

    private static String printable(String text) {
        return text.replaceAll("[^\\x20-\\x7e]", "?");
    }
}
