package dev.cloister.local.codebuild;

import java.nio.file.Path;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;

/**
 * How far a build is.
 *
 * @param id {@code PROJECT:UUID}
 * @param status SUCCEEDED, FAILED or TIMED_OUT; empty while it runs
 * @param phases those that have ended, in order
 * @param exported the values of exported variables, at the end
 * @param log the file that is written
 */
record BuildRecord(
        String id,
        Project project,
        Instant started,
        Optional<Instant> ended,
        Optional<String> status,
        String currentPhase,
        List<EndedPhase> phases,
        Map<String, String> exported,
        Path log) {
    /**
     * One phase.
     *
     * @param status SUCCEEDED, FAILED or TIMED_OUT
     * @param code such as {@code COMMAND_EXECUTION_ERROR}; empty for none
     * @param message what failed; empty for nothing
     */
    record EndedPhase(String name, String status, Instant started, Instant ended, String code, String message) {}

    BuildRecord {
        phases = List.copyOf(phases);
        exported = new TreeMap<>(exported);
    }

    static BuildRecord begin(String id, Project project, Instant now, Path log) {
        return new BuildRecord(
                id, project, now, Optional.empty(), Optional.empty(), "SUBMITTED", List.of(), Map.of(), log);
    }

    /** {@code arn:aws:codebuild:REGION:ACCOUNT:build/ID}. */
    String arn() {
        return "arn:aws:codebuild:" + project.region() + ":" + project.account() + ":build/" + id;
    }

    BuildRecord inPhase(String phase) {
        return new BuildRecord(id, project, started, ended, status, phase, phases, exported, log);
    }

    BuildRecord with(EndedPhase phase) {
        List<EndedPhase> more = new ArrayList<>(phases);
        more.add(phase);
        return new BuildRecord(id, project, started, ended, status, currentPhase, more, exported, log);
    }

    BuildRecord end(String how, Map<String, String> variables, Instant now) {
        return new BuildRecord(
                id, project, started, Optional.of(now), Optional.of(how), "COMPLETED", phases, variables, log);
    }
}
