package dev.cloister.enclave.files;

import dev.cloister.enclave.posix.Errno;
import dev.cloister.enclave.posix.ExtendedAttributes;
import dev.cloister.enclave.posix.FileSystemStatus;
import dev.cloister.enclave.posix.OpenFile;
import dev.cloister.enclave.posix.PosixException;
import dev.cloister.protocol.frame.BufferPool;
import dev.cloister.protocol.sync.AttributeName;
import dev.cloister.protocol.sync.FileAttributes;
import dev.cloister.protocol.sync.SyncPath;
import dev.cloister.protocol.sync.SyncReply;
import dev.cloister.protocol.sync.SyncReply.Attributes;
import dev.cloister.protocol.sync.SyncReply.Data;
import dev.cloister.protocol.sync.SyncReply.Done;
import dev.cloister.protocol.sync.SyncReply.Failed;
import dev.cloister.protocol.sync.SyncReply.FileSystem;
import dev.cloister.protocol.sync.SyncReply.LinkTarget;
import dev.cloister.protocol.sync.SyncReply.Names;
import dev.cloister.protocol.sync.SyncReply.Opened;
import dev.cloister.protocol.sync.SyncReply.Position;
import dev.cloister.protocol.sync.SyncReply.Value;
import dev.cloister.protocol.sync.SyncRequest;
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
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;

/** Answers the requests of one connection; any number of threads at a time. The one place where failures turn into errno. */
final class RequestHandler {
    private static final SyncReply DONE = new Done();

    private final SyncedFolder folder;
    private final HandleTable handles;
    private final BufferPool pool;

    /**
     * A handler.
     *
     * @param pool where the content of {@link Data} comes from, and where the caller puts it when it is sent
     */
    RequestHandler(SyncedFolder folder, HandleTable handles, BufferPool pool) {
        this.folder = folder;
        this.handles = handles;
        this.pool = pool;
    }

    SyncReply answer(SyncRequest request) {
        try {
            return perform(request);
        } catch (PosixException e) {
            return new Failed(e.errno());
        }
    }

    private SyncReply perform(SyncRequest request) throws PosixException {
        return switch (request) {
            case GetAttributes r -> new Attributes(folder.attributes(r.path()));
            case GetHandleAttributes r ->
                with(r.handle(), handle -> new Attributes(OpenedFile.attributes(handle.opened())));
            case SetAttributes r -> new Attributes(folder.setAttributes(r.path(), r.changes()));
            case SetHandleAttributes r ->
                with(r.handle(), handle -> new Attributes(OpenedFile.change(handle, r.changes())));
            case Open r -> opened(() -> Handle.ofFile(folder.open(r.path(), r.flags(), r.permissions())));
            case OpenDirectory r -> opened(() -> Handle.ofDirectory(folder.openDirectory(r.path())));
            case ReadDirectory r ->
                with(r.handle(), handle -> handle.directory().read(r.cookie()));
            case Read r -> with(r.handle(), handle -> read(handle.file(Errno.EISDIR), r));
            case Write r -> done(r.handle(), handle -> handle.file(Errno.EBADF).write(r.content(), r.offset()));
            case Synchronize r -> done(r.handle(), handle -> handle.opened().synchronize(r.dataOnly()));
            case Close r -> done(() -> handles.remove(r.handle()));
            case MakeDirectory r -> new Attributes(folder.makeDirectory(r.path(), r.permissions()));
            case MakeSymbolicLink r -> done(() -> folder.makeSymbolicLink(r.path(), r.target()));
            case MakeLink r -> done(() -> folder.makeLink(r.existing(), r.path()));
            case ReadLink r -> new LinkTarget(folder.readLink(r.path()));
            case RemoveFile r -> done(() -> folder.removeFile(r.path()));
            case RemoveDirectory r -> done(() -> folder.removeDirectory(r.path()));
            case Rename r -> done(() -> folder.rename(r.from(), r.to(), r.replace()));
            case GetFileSystem r -> fileSystem(folder.fileSystem());
            case Allocate r -> done(r.handle(), handle -> OpenedFile.allocate(handle.file(Errno.EBADF), r));
            case Seek r ->
                with(
                        r.handle(),
                        handle -> new Position(handle.file(Errno.EISDIR).find(r.hole(), r.offset())));
            case GetExtendedAttribute r ->
                new Value(folder.extendedAttributes(
                        r.path(), attributes -> attributes.get(r.name().full())));
            case SetExtendedAttribute r ->
                changed(
                        r.path(),
                        attributes -> attributes.set(
                                r.name().full(), r.value(), r.mode().code()));
            case ListExtendedAttributes r -> names(folder.extendedAttributes(r.path(), ExtendedAttributes::names));
            case RemoveExtendedAttribute r ->
                changed(r.path(), attributes -> attributes.remove(r.name().full()));
        };
    }

    private SyncReply read(OpenFile file, Read request) throws PosixException {
        ByteBuffer content = pool.take(request.length());
        try {
            file.read(content, request.offset());
            return new Data(content.flip());
        } catch (PosixException e) {
            pool.give(content);
            throw e;
        }
    }

    private interface Opening {
        Handle open() throws PosixException;
    }

    private SyncReply opened(Opening opening) throws PosixException {
        handles.requireRoom();
        Handle handle = opening.open();
        FileAttributes attributes;
        try {
            attributes = OpenedFile.attributes(handle.opened());
        } catch (PosixException e) {
            handle.release();
            throw e;
        }
        return new Opened(handles.add(handle), attributes, folder.runsEnded());
    }

    private interface AttributeAction {
        void with(ExtendedAttributes attributes) throws PosixException;
    }

    private SyncReply changed(SyncPath path, AttributeAction action) throws PosixException {
        return folder.extendedAttributes(path, attributes -> {
            action.with(attributes);
            return DONE;
        });
    }

    /** Those of the class that the protocol carries. */
    private static SyncReply names(List<byte[]> all) {
        byte[] prefix = AttributeName.PREFIX.getBytes(StandardCharsets.US_ASCII);
        List<AttributeName> names = new ArrayList<>();
        for (byte[] name : all) {
            if (name.length > prefix.length && Arrays.equals(name, 0, prefix.length, prefix, 0, prefix.length)) {
                names.add(AttributeName.ofKernel(name));
            }
        }
        return new Names(List.copyOf(names));
    }

    private static SyncReply fileSystem(FileSystemStatus status) {
        return new FileSystem(
                (int) status.blockSize(),
                status.blocks(),
                status.availableBlocks(),
                status.files(),
                status.availableFiles());
    }

    private interface Action {
        void run() throws PosixException;
    }

    private interface OnHandle<T> {
        T with(Handle handle) throws PosixException;
    }

    private interface HandleAction {
        void with(Handle handle) throws PosixException;
    }

    private static SyncReply done(Action action) throws PosixException {
        action.run();
        return DONE;
    }

    private SyncReply done(long number, HandleAction action) throws PosixException {
        return with(number, handle -> {
            action.with(handle);
            return DONE;
        });
    }

    private SyncReply with(long number, OnHandle<SyncReply> work) throws PosixException {
        Handle handle = handles.hold(number);
        try {
            return work.with(handle);
        } finally {
            handle.release();
        }
    }
}
