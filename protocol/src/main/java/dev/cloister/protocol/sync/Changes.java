package dev.cloister.protocol.sync;

import dev.cloister.protocol.frame.FieldReader;
import dev.cloister.protocol.frame.FieldWriter;
import dev.cloister.protocol.frame.ProtocolException;
import java.util.Optional;

/**
 * Attributes to set; what is empty stays. They are carried out in the order of the components.
 *
 * @param permissions the nine permission bits; others are refused
 * @param size in bytes
 */
public record Changes(
        Optional<Integer> permissions,
        Optional<Integer> uid,
        Optional<Integer> gid,
        Optional<Long> size,
        Optional<SetTime> accessed,
        Optional<SetTime> modified) {
    /** Nothing to set. */
    public static final Changes NONE = new Changes(
            Optional.empty(), Optional.empty(), Optional.empty(), Optional.empty(), Optional.empty(), Optional.empty());

    /** Most bytes it takes. */
    static final int SIZE = 1 + 2 + 4 + 4 + 8 + 2 * Timestamp.SIZE;

    private static final int ACCESSED = 16;
    private static final int MODIFIED = 32;
    /** An access or modification bit moved by this much says that the time is the enclave's own. */
    private static final int NOW_SHIFT = 2;

    public static Changes ofPermissions(int permissions) {
        return new Changes(
                Optional.of(permissions),
                Optional.empty(),
                Optional.empty(),
                Optional.empty(),
                Optional.empty(),
                Optional.empty());
    }

    public static Changes ofOwner(Optional<Integer> uid, Optional<Integer> gid) {
        return new Changes(Optional.empty(), uid, gid, Optional.empty(), Optional.empty(), Optional.empty());
    }

    public static Changes ofSize(long size) {
        return new Changes(
                Optional.empty(),
                Optional.empty(),
                Optional.empty(),
                Optional.of(size),
                Optional.empty(),
                Optional.empty());
    }

    public static Changes ofTimes(Optional<SetTime> accessed, Optional<SetTime> modified) {
        return new Changes(Optional.empty(), Optional.empty(), Optional.empty(), Optional.empty(), accessed, modified);
    }

    void encode(FieldWriter out) {
        out.u8((permissions.isPresent() ? 1 : 0)
                | (uid.isPresent() ? 2 : 0)
                | (gid.isPresent() ? 4 : 0)
                | (size.isPresent() ? 8 : 0)
                | accessed.map(time -> bit(time, ACCESSED)).orElse(0)
                | modified.map(time -> bit(time, MODIFIED)).orElse(0));
        permissions.ifPresent(out::u16);
        uid.ifPresent(out::u32);
        gid.ifPresent(out::u32);
        size.ifPresent(out::i64);
        accessed.ifPresent(time -> encode(time, out));
        modified.ifPresent(time -> encode(time, out));
    }

    private static int bit(SetTime time, int at) {
        return switch (time) {
            case SetTime.At _ -> at;
            case SetTime.Now _ -> at << NOW_SHIFT;
        };
    }

    private static void encode(SetTime time, FieldWriter out) {
        switch (time) {
            case SetTime.At(Timestamp at) -> at.encode(out);
            case SetTime.Now _ -> {}
        }
    }

    static Changes decode(FieldReader in) throws ProtocolException {
        int present = in.u8();
        if ((present & present >> NOW_SHIFT & (ACCESSED | MODIFIED)) != 0) {
            throw new ProtocolException("a time that is set twice");
        }
        return new Changes(
                (present & 1) == 0 ? Optional.empty() : Optional.of(FileAttributes.permissions(in)),
                (present & 2) == 0 ? Optional.empty() : Optional.of(in.u32()),
                (present & 4) == 0 ? Optional.empty() : Optional.of(in.u32()),
                (present & 8) == 0 ? Optional.empty() : Optional.of(in.size()),
                time(present, ACCESSED, in),
                time(present, MODIFIED, in));
    }

    private static Optional<SetTime> time(int present, int at, FieldReader in) throws ProtocolException {
        if ((present & at) != 0) {
            return Optional.of(new SetTime.At(Timestamp.decode(in)));
        }
        return (present & at << NOW_SHIFT) == 0 ? Optional.empty() : Optional.of(new SetTime.Now());
    }
}
