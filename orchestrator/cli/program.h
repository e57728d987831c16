/*
 * The program without its main(): parses the command line, runs the command, says what went wrong.
 */
#ifndef CLI_PROGRAM_H
#define CLI_PROGRAM_H

/* Returns the process exit status. */
int program_run(int argc, char **argv);

#endif
