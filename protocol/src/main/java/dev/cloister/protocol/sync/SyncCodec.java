package dev.cloister.protocol.sync;

import dev.cloister.protocol.frame.FieldReader;
import dev.cloister.protocol.frame.FieldWriter;
import dev.cloister.protocol.frame.ProtocolException;
import dev.cloister.protocol.sync.SyncReply.Attributes;
import dev.cloister.protocol.sync.SyncReply.Data;
import dev.cloister.protocol.sync.SyncReply.Done;
import dev.cloister.protocol.sync.SyncReply.Failed;
import dev.cloister.protocol.sync.SyncReply.FileSystem;
import dev.cloister.protocol.sync.SyncReply.LinkTarget;
import dev.cloister.protocol.sync.SyncReply.Listing;
import dev.cloister.protocol.sync.SyncReply.Names;
import dev.cloister.protocol.sync.SyncReply.Opened;
import dev.cloister.protocol.sync.SyncReply.Position;
import dev.cloister.protocol.sync.SyncReply.Value;
import dev.cloister.protocol.sync.SyncRequest.Allocate;
import dev.cloister.protocol.sync.SyncRequest.Close;
import dev.cloister.protocol.sync.SyncRequest.GetAttributes;
import dev.cloister.protocol.sync.SyncRequest.GetExtendedAttribute;
import dev.cloister.protocol.sync.SyncRequest.GetFileSystem;
import dev.cloister.protocol.sync.SyncRequest.GetHandleAttributes;
import dev.cloister.protocol.sync.SyncRequest.ListExtendedAttributes;
import dev.cloister.protocol.sync.SyncRequest.MakeDirectory;
import dev.cloister.protocol.sync.SyncRequest.MakeLink;
import dev.cloister.protocol.sync.SyncRequest.MakeSymbolicLink;
import dev.cloister.protocol.sync.SyncRequest.Open;
import dev.cloister.protocol.sync.SyncRequest.OpenDirectory;
import dev.cloister.protocol.sync.SyncRequest.Read;
import dev.cloister.protocol.sync.SyncRequest.ReadDirectory;
import dev.cloister.protocol.sync.SyncRequest.ReadLink;
import dev.cloister.protocol.sync.SyncRequest.RemoveDirectory;
import dev.cloister.protocol.sync.SyncRequest.RemoveExtendedAttribute;
import dev.cloister.protocol.sync.SyncRequest.RemoveFile;
import dev.cloister.protocol.sync.SyncRequest.Rename;
import dev.cloister.protocol.sync.SyncRequest.Seek;
import dev.cloister.protocol.sync.SyncRequest.SetAttributes;
import dev.cloister.protocol.sync.SyncRequest.SetExtendedAttribute;
import dev.cloister.protocol.sync.SyncRequest.SetHandleAttributes;
import dev.cloister.protocol.sync.SyncRequest.Synchronize;
import dev.cloister.protocol.sync.SyncRequest.Write;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.List;

/** The byte form of the file service's messages, as docs/format/sync-v1.md gives it. */
final class SyncCodec {
    /** Fixed fields of the longest message without its paths and entries. */
    private static final int FIXED = 128;

    private SyncCodec() {}

    static int typeOf(SyncRequest request) {
        return switch (request) {
            case GetAttributes r -> 16;
            case GetHandleAttributes r -> 17;
            case SetAttributes r -> 18;
            case SetHandleAttributes r -> 19;
            case Open r -> 20;
            case OpenDirectory r -> 21;
            case ReadDirectory r -> 22;
            case Read r -> 23;
            case Write r -> 24;
            case Synchronize r -> 25;
            case Close r -> 26;
            case MakeDirectory r -> 27;
            case MakeSymbolicLink r -> 28;
            case MakeLink r -> 29;
            case ReadLink r -> 30;
            case RemoveFile r -> 31;
            case RemoveDirectory r -> 32;
            case Rename r -> 33;
            case GetFileSystem r -> 34;
            case Allocate r -> 35;
            case Seek r -> 36;
            case GetExtendedAttribute r -> 37;
            case SetExtendedAttribute r -> 38;
            case ListExtendedAttributes r -> 39;
            case RemoveExtendedAttribute r -> 40;
        };
    }

    static int typeOf(SyncReply reply) {
        return switch (reply) {
            case Done r -> 128;
            case Failed r -> 129;
            case Attributes r -> 130;
            case Opened r -> 131;
            case Data r -> 132;
            case Listing r -> 133;
            case LinkTarget r -> 134;
            case FileSystem r -> 135;
            case Position r -> 136;
            case Value r -> 137;
            case Names r -> 138;
        };
    }

    static int sizeOf(SyncRequest request) {
        return FIXED
                + switch (request) {
                    case GetAttributes r -> r.path().encodedSize();
                    case SetAttributes r -> r.path().encodedSize();
                    case Open r -> r.path().encodedSize();
                    case OpenDirectory r -> r.path().encodedSize();
                    case MakeDirectory r -> r.path().encodedSize();
                    case MakeSymbolicLink r -> r.path().encodedSize() + FieldWriter.sizeOf(r.target());
                    case MakeLink r -> r.existing().encodedSize() + r.path().encodedSize();
                    case ReadLink r -> r.path().encodedSize();
                    case RemoveFile r -> r.path().encodedSize();
                    case RemoveDirectory r -> r.path().encodedSize();
                    case Rename r -> r.from().encodedSize() + r.to().encodedSize();
                    case GetHandleAttributes r -> 0;
                    case SetHandleAttributes r -> 0;
                    case ReadDirectory r -> 0;
                    case Read r -> 0;
                    case Write r -> 0;
                    case Synchronize r -> 0;
                    case Close r -> 0;
                    case GetFileSystem r -> 0;
                    case Allocate r -> 0;
                    case Seek r -> 0;
                    case GetExtendedAttribute r ->
                        r.path().encodedSize() + r.name().encodedSize();
                    case SetExtendedAttribute r ->
                        r.path().encodedSize() + r.name().encodedSize();
                    case ListExtendedAttributes r -> r.path().encodedSize();
                    case RemoveExtendedAttribute r ->
                        r.path().encodedSize() + r.name().encodedSize();
                };
    }

    static int sizeOf(SyncReply reply) {
        return FIXED
                + switch (reply) {
                    case Listing r ->
                        r.entries().stream()
                                .mapToInt(DirectoryEntry::encodedSize)
                                .sum();
                    case LinkTarget r -> FieldWriter.sizeOf(r.target());
                    case Done r -> 0;
                    case Failed r -> 0;
                    case Attributes r -> 0;
                    case Opened r -> 0;
                    case Data r -> 0;
                    case FileSystem r -> 0;
                    case Position r -> 0;
                    case Value r -> 0;
                    case Names r ->
                        r.names().stream().mapToInt(AttributeName::encodedSize).sum();
                };
    }

    static void encode(SyncRequest request, FieldWriter out) {
        switch (request) {
            case GetAttributes r -> r.path().encode(out);
            case GetHandleAttributes r -> out.i64(r.handle());
            case SetAttributes r -> {
                r.path().encode(out);
                r.changes().encode(out);
            }
            case SetHandleAttributes r -> {
                out.i64(r.handle());
                r.changes().encode(out);
            }
            case Open r -> {
                r.path().encode(out);
                r.flags().encode(out);
                out.u16(r.permissions());
            }
            case OpenDirectory r -> r.path().encode(out);
            case ReadDirectory r -> out.i64(r.handle()).i64(r.cookie());
            case Read r -> out.i64(r.handle()).i64(r.offset()).u32(r.length());
            case Write r -> out.i64(r.handle()).i64(r.offset());
            case Synchronize r -> out.i64(r.handle()).u8(r.dataOnly() ? 1 : 0);
            case Close r -> out.i64(r.handle());
            case MakeDirectory r -> {
                r.path().encode(out);
                out.u16(r.permissions());
            }
            case MakeSymbolicLink r -> {
                r.path().encode(out);
                out.string(r.target());
            }
            case MakeLink r -> {
                r.existing().encode(out);
                r.path().encode(out);
            }
            case ReadLink r -> r.path().encode(out);
            case RemoveFile r -> r.path().encode(out);
            case RemoveDirectory r -> r.path().encode(out);
            case Rename r -> {
                r.from().encode(out);
                r.to().encode(out);
                out.u8(r.replace() ? 1 : 0);
            }
            case GetFileSystem r -> {}
            case Allocate r ->
                out.i64(r.handle()).coded(r.kind()).i64(r.offset()).i64(r.length());
            case Seek r -> out.i64(r.handle()).i64(r.offset()).u8(r.hole() ? 1 : 0);
            case GetExtendedAttribute r -> {
                r.path().encode(out);
                r.name().encode(out);
            }
            case SetExtendedAttribute r -> {
                r.path().encode(out);
                r.name().encode(out);
                out.coded(r.mode());
            }
            case ListExtendedAttributes r -> r.path().encode(out);
            case RemoveExtendedAttribute r -> {
                r.path().encode(out);
                r.name().encode(out);
            }
        }
    }

    static void encode(SyncReply reply, FieldWriter out) {
        switch (reply) {
            case Done r -> {}
            case Failed r -> out.u16(r.errno());
            case Attributes r -> r.attributes().encode(out);
            case Opened r -> {
                out.i64(r.handle());
                r.attributes().encode(out);
                out.i64(r.runsEnded());
            }
            case Data r -> {}
            case Listing r -> {
                out.i64(r.next()).u8(r.isLast() ? 1 : 0).u32(r.entries().size());
                r.entries().forEach(entry -> entry.encode(out));
            }
            case LinkTarget r -> out.string(r.target());
            case FileSystem r ->
                out.u32(r.blockSize())
                        .i64(r.blocks())
                        .i64(r.freeBlocks())
                        .i64(r.files())
                        .i64(r.freeFiles());
            case Position r -> out.i64(r.offset());
            case Value r -> {}
            case Names r -> {
                out.u32(r.names().size());
                r.names().forEach(name -> name.encode(out));
            }
        }
    }

    static SyncRequest decodeRequest(int type, FieldReader in) throws ProtocolException {
        return switch (type) {
            case 16 -> new GetAttributes(SyncPath.decode(in));
            case 17 -> new GetHandleAttributes(in.i64());
            case 18 -> new SetAttributes(SyncPath.decode(in), Changes.decode(in));
            case 19 -> new SetHandleAttributes(in.i64(), Changes.decode(in));
            case 20 -> new Open(SyncPath.decode(in), OpenFlags.decode(in), FileAttributes.permissions(in));
            case 21 -> new OpenDirectory(SyncPath.decode(in));
            case 22 -> new ReadDirectory(in.i64(), in.i64());
            case 23 -> new Read(in.i64(), in.size(), in.count(Sync.MAX_DATA));
            case 24 -> new Write(in.i64(), in.size(), data(in, Sync.MAX_DATA));
            case 25 -> new Synchronize(in.i64(), in.bool());
            case 26 -> new Close(in.i64());
            case 27 -> new MakeDirectory(SyncPath.decode(in), FileAttributes.permissions(in));
            case 28 -> new MakeSymbolicLink(SyncPath.decode(in), in.string(Sync.MAX_TARGET));
            case 29 -> new MakeLink(SyncPath.decode(in), SyncPath.decode(in));
            case 30 -> new ReadLink(SyncPath.decode(in));
            case 31 -> new RemoveFile(SyncPath.decode(in));
            case 32 -> new RemoveDirectory(SyncPath.decode(in));
            case 33 -> new Rename(SyncPath.decode(in), SyncPath.decode(in), in.bool());
            case 34 -> new GetFileSystem();
            case 35 -> decodeAllocate(in);
            case 36 -> new Seek(in.i64(), in.size(), in.bool());
            case 37 -> new GetExtendedAttribute(SyncPath.decode(in), AttributeName.decode(in));
            case 38 ->
                new SetExtendedAttribute(
                        SyncPath.decode(in),
                        AttributeName.decode(in),
                        in.coded(AttributeMode.values()),
                        data(in, Sync.MAX_VALUE));
            case 39 -> new ListExtendedAttributes(SyncPath.decode(in));
            case 40 -> new RemoveExtendedAttribute(SyncPath.decode(in), AttributeName.decode(in));
            default -> throw new ProtocolException("unknown request type " + type);
        };
    }

    static SyncReply decodeReply(int type, FieldReader in) throws ProtocolException {
        return switch (type) {
            case 128 -> new Done();
            case 129 -> new Failed(errno(in));
            case 130 -> new Attributes(FileAttributes.decode(in));
            case 131 -> new Opened(in.i64(), FileAttributes.decode(in), runsEnded(in));
            case 132 -> new Data(data(in, Sync.MAX_DATA));
            case 133 -> decodeListing(in);
            case 134 -> new LinkTarget(in.string(Sync.MAX_TARGET));
            case 135 -> new FileSystem(in.count(1 << 24), in.size(), in.size(), in.size(), in.size());
            case 136 -> new Position(in.size());
            case 137 -> new Value(data(in, Sync.MAX_VALUE));
            case 138 -> decodeNames(in);
            default -> throw new ProtocolException("unknown reply type " + type);
        };
    }

    private static Allocate decodeAllocate(FieldReader in) throws ProtocolException {
        Allocate request = new Allocate(in.i64(), in.coded(Allocation.values()), in.size(), in.size());
        if (request.length() == 0 || request.offset() > Long.MAX_VALUE - request.length()) {
            throw new ProtocolException("a range that is empty or has no end");
        }
        return request;
    }

    private static Names decodeNames(FieldReader in) throws ProtocolException {
        int count = in.count(Sync.MAX_NAMES);
        List<AttributeName> names = new ArrayList<>();
        for (int i = 0; i < count; i++) {
            names.add(AttributeName.decode(in));
        }
        return new Names(List.copyOf(names));
    }

    private static SyncReply.Listing decodeListing(FieldReader in) throws ProtocolException {
        long next = in.i64();
        boolean isLast = in.bool();
        int count = in.count(Sync.MAX_LISTING / FileAttributes.SIZE);
        List<DirectoryEntry> entries = new ArrayList<>();
        for (int i = 0; i < count; i++) {
            entries.add(DirectoryEntry.decode(in));
        }
        return new Listing(List.copyOf(entries), next, isLast);
    }

    private static long runsEnded(FieldReader in) throws ProtocolException {
        long count = in.i64();
        if (count < -1) {
            throw new ProtocolException("a number of runs of " + count);
        }
        return count;
    }

    private static int errno(FieldReader in) throws ProtocolException {
        int errno = in.u16();
        if (errno < 1 || errno > 4095) {
            throw new ProtocolException("an error number of " + errno);
        }
        return errno;
    }

    private static ByteBuffer data(FieldReader in, int max) throws ProtocolException {
        ByteBuffer data = in.rest();
        if (data.remaining() > max) {
            throw new ProtocolException("data of " + data.remaining() + " bytes");
        }
        return data;
    }
}
