package dev.cloister.local.command;

import dev.cloister.cli.CommandException;
import dev.cloister.cli.CommonOptions;
import dev.cloister.cli.ExitStatus;
import dev.cloister.cli.Json;
import dev.cloister.image.key.KeyPolicyException;
import dev.cloister.local.cloudformation.StackException;
import dev.cloister.local.policy.MalformedPolicyException;
import dev.cloister.local.rights.Right;
import dev.cloister.local.rights.Rights;
import java.io.IOException;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.TreeMap;
import java.util.concurrent.Callable;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;

/** {@code cloister local rights}: who may do what once the templates are deployed. Needs no local cloud to be running. */
@Command(
        name = "rights",
        description = "Print who may do what under the templates' policies, and check it against the table.")
final class RightsCommand implements Callable<Integer> {
    @Mixin
    private final CommonOptions common = new CommonOptions();

    @Option(
            names = "--templates",
            paramLabel = "DIR",
            description = "Where the four templates lie (default: those that come with Cloister).")
    private @Nullable Path templates;

    @Override
    public Integer call() throws IOException, CommandException {
        List<Rights.Finding> findings = evaluate(templates == null ? Templates.directory() : templates);
        for (Rights.Finding finding : findings) {
            System.out.println(common.json() ? json(finding) : row(finding));
        }
        long wrong = findings.stream().filter(finding -> !finding.holds()).count();
        if (wrong > 0) {
            throw new CommandException(
                    ExitStatus.FAILED,
                    wrong + " of " + findings.size() + " rights are not what the table says",
                    "they are the lines marked WRONG; mend the templates' policies");
        }
        return ExitStatus.DONE.code();
    }

    private static List<Rights.Finding> evaluate(Path directory) throws IOException, CommandException {
        try {
            return Rights.evaluate(directory);
        } catch (NoSuchFileException e) {
            throw new CommandException(
                    ExitStatus.FAILED, "there is no template " + e.getFile(), "write them with 'cloister stacks'", e);
        } catch (StackException | KeyPolicyException | MalformedPolicyException e) {
            throw new CommandException(
                    ExitStatus.FAILED, "the templates in " + directory + " cannot be read: " + e.getMessage(), null, e);
        }
    }

    private static String row(Rights.Finding finding) {
        Right right = finding.right();
        return String.format(
                Locale.ROOT,
                "%-22s %-24s %-30s %-5s %s%s",
                right.who(),
                right.action(),
                right.resource(),
                finding.isAllowed() ? "allow" : "deny",
                with(right),
                finding.holds() ? "" : "  WRONG: the table says otherwise");
    }

    private static String with(Right right) {
        return new TreeMap<>(right.with())
                .entrySet().stream()
                        .map(one -> one.getKey() + "=" + one.getValue())
                        .collect(Collectors.joining(" "));
    }

    private static String json(Rights.Finding finding) {
        Map<String, Object> members = new LinkedHashMap<>();
        members.put("who", finding.right().who());
        members.put("action", finding.right().action());
        members.put("resource", finding.right().resource());
        members.put("with", finding.right().with());
        members.put("decision", finding.isAllowed() ? "allow" : "deny");
        members.put("holds", finding.holds());
        members.put("reason", finding.reason());
        return Json.write(members);
    }
}
