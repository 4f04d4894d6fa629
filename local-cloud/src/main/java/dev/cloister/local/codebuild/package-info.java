/** CodeBuild on this machine: build specifications, run by its rules with the rights of a project's role. */
@NullMarked
package dev.cloister.local.codebuild;

import org.jspecify.annotations.NullMarked;
