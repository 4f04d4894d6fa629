package dev.cloister.image.command;

import dev.cloister.cli.CommandException;
import dev.cloister.cli.CommonOptions;
import dev.cloister.cli.ExitStatus;
import dev.cloister.image.file.FormatException;
import dev.cloister.image.key.KeyPolicyException;
import dev.cloister.image.runtime.LinkException;
import dev.cloister.image.sign.SigningException;
import java.io.IOException;
import java.nio.file.AccessDeniedException;
import java.nio.file.FileAlreadyExistsException;
import java.nio.file.FileSystemException;
import java.nio.file.NoSuchFileException;
import java.nio.file.NotDirectoryException;
import java.util.concurrent.Callable;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Mixin;

/** A command of this module: says in one place how its failures are told. */
abstract class Task implements Callable<Integer> {
    @Mixin
    CommonOptions common = new CommonOptions();

    /** Does the work and prints the result. */
    abstract void execute()
            throws CommandException, FormatException, KeyPolicyException, LinkException, SigningException, IOException;

    /** How a command that did its work ends: 0, unless what it found is bad news. */
    int status() {
        return ExitStatus.DONE.code();
    }

    @Override
    public final Integer call() throws CommandException {
        try {
            execute();
            return status();
        } catch (KeyPolicyException e) {
            throw failed(String.valueOf(e.getMessage()), e.hint(), e);
        } catch (SigningException e) {
            throw failed(String.valueOf(e.getMessage()), e.hint(), e);
        } catch (FormatException | LinkException e) {
            throw failed(String.valueOf(e.getMessage()), null, e);
        } catch (FileSystemException e) {
            throw failed(describe(e), null, e);
        } catch (IOException e) {
            throw failed("cannot read or write: " + e.getMessage(), null, e);
        }
    }

    private static String describe(FileSystemException e) {
        return switch (e) {
            case NoSuchFileException missing -> "no such file: " + missing.getFile();
            case AccessDeniedException denied -> "no permission for " + denied.getFile();
            case NotDirectoryException file -> "not a directory: " + file.getFile();
            case FileAlreadyExistsException present -> "exists already: " + present.getFile();
            default -> "cannot read or write " + e.getFile() + ": " + e.getReason();
        };
    }

    static CommandException failed(String message, @Nullable String hint, @Nullable Exception cause) {
        return new CommandException(ExitStatus.FAILED, message, hint, cause);
    }
}
