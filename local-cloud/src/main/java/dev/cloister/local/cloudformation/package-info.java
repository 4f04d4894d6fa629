/** CloudFormation: templates are read, their resources made in the local cloud, and kept, changed and deleted as stacks. */
@NullMarked
package dev.cloister.local.cloudformation;

import org.jspecify.annotations.NullMarked;
